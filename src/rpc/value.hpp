// XML-RPC values that come in: a call's parameters, and for the client a response's result.
//
// Answers of the daemon are not built from these: they are written straight into the output
// (rpc/value_writer.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ringmaster::rpc {

struct value;
struct member;
using array = std::vector<value>;
using structure = std::vector<member>;  ///< in document order

struct nil {
    bool operator==(const nil&) const = default;
};
/// Kept as text ("20261122T11:37:00"): no method takes one.
struct date_time {
    std::string text;
    bool operator==(const date_time&) const = default;
};

struct value {
    std::variant<nil, std::int64_t, bool, double, std::string, date_time, array, structure> held;

    /// The member called `name` of a struct; null for a missing one or another type.
    const value* find(std::string_view name) const;
    /// The text of a string; null for another type.
    const std::string* text() const { return std::get_if<std::string>(&held); }
    const std::int64_t* integer() const { return std::get_if<std::int64_t>(&held); }
};

struct member {
    std::string name;
    value held;
};

}  // namespace ringmaster::rpc

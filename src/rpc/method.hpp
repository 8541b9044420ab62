// One entry of the method table, and what a method's function is given.
//
// The tables are static data (supervisor_methods.cpp, system_methods.cpp): adding a method is one
// entry and one function. Argument counts, signatures and help texts all come from the entry.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "io/task.hpp"
#include "rpc/fault.hpp"
#include "rpc/supervisor_port.hpp"
#include "rpc/value.hpp"
#include "rpc/value_writer.hpp"

namespace ringmaster::rpc {

class api;

/// What a method works with. All references outlive the method's task.
struct invocation {
    api& owner;
    supervisor_port& port;
    const array& params;  ///< as many as the entry allows
    value_writer& out;
};

/// Writes exactly one value into `out`, or returns a fault and has then written nothing.
using immediate_function = reply<void> (*)(invocation& in);
using waiting_function = task<reply<void>> (*)(invocation& in);

struct parameter {
    std::string_view type;
    std::string_view name;
    std::string_view text;
    bool optional = false;  ///< only at the end
};

inline constexpr std::size_t most_parameters = 3;

struct method {
    std::string_view name;  ///< without the namespace
    std::string_view help;  ///< prose; the tag lines are made from the rest
    parameter returns;
    std::array<parameter, most_parameters> parameters;  ///< unused ones have no type
    std::variant<immediate_function, waiting_function> function;
    bool gated = true;  ///< faults while the daemon is stopping

    bool accepts(std::size_t count) const;
    /// "boolean", "string" …: the type of the result, then those of all parameters.
    std::vector<std::string_view> signature() const;
    /// The prose and a tag line for each parameter and the result.
    std::string help_text() const;
};

std::span<const method> supervisor_methods();
std::span<const method> system_methods();

}  // namespace ringmaster::rpc

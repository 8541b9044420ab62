// Values and answers in a short notation, so that expectations read well.
#pragma once

#include <fmt/format.h>

#include <string>
#include <variant>

#include "rpc/client_codec.hpp"

namespace ringmaster::rpc {

std::string show(const value& shown);

struct shower {
    std::string operator()(nil) const { return "nil"; }
    std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
    std::string operator()(bool truth) const { return truth ? "true" : "false"; }
    std::string operator()(double number) const { return fmt::format("{}", number); }
    std::string operator()(const std::string& text) const { return "'" + text + "'"; }
    std::string operator()(const date_time& when) const { return "date " + when.text; }
    std::string operator()(const array& items) const {
        std::string text;
        for (const value& item : items) text += (text.empty() ? "" : ", ") + show(item);
        return "[" + text + "]";
    }
    std::string operator()(const structure& members) const {
        std::string text;
        for (const auto& [name, held] : members) {
            text += (text.empty() ? "" : ", ") + name + ": " + show(held);
        }
        return "{" + text + "}";
    }
};

/// 'text', 5, true, [items], {name: value}.
inline std::string show(const value& shown) {
    return std::visit(shower{}, shown.held);
}

/// The same, or "fault 10 BAD_NAME: x".
inline std::string show(const answer& shown) {
    if (const auto* failed = std::get_if<remote_fault>(&shown)) {
        return fmt::format("fault {} {}", failed->code, failed->text);
    }
    return show(std::get<value>(shown));
}

}  // namespace ringmaster::rpc

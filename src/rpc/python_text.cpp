#include "rpc/python_text.hpp"

#include <variant>

#include <fmt/format.h>

#include "core/repr.hpp"

namespace ringmaster::rpc {
namespace {

struct to_python_text {
    bool quoted = false;

    std::string operator()(nil) const { return "None"; }
    std::string operator()(bool truth) const { return truth ? "True" : "False"; }
    std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
    std::string operator()(double number) const {
        const auto text = fmt::format("{}", number);
        const bool whole = text.find_first_not_of("-0123456789") == std::string::npos;
        return whole ? text + ".0" : text;
    }
    std::string operator()(const std::string& text) const {
        return quoted ? core::repr(text) : text;
    }
    std::string operator()(const date_time& when) const { return when.text; }
    std::string operator()(const array& items) const {
        std::string out = "[";
        for (const value& item : items) {
            if (out.size() > 1) out += ", ";
            out += inner(item);
        }
        return out + "]";
    }
    std::string operator()(const structure& members) const {
        std::string out = "{";
        for (const auto& [name, held] : members) {
            if (out.size() > 1) out += ", ";
            out += core::repr(name) + ": " + inner(held);
        }
        return out + "}";
    }

    static std::string inner(const value& of) { return std::visit(to_python_text{true}, of.held); }
};

}  // namespace

std::string python_text(const value& of) {
    return std::visit(to_python_text{}, of.held);
}

}  // namespace ringmaster::rpc

#include "rpc/method.hpp"

#include <fmt/format.h>

namespace ringmaster::rpc {

bool method::accepts(std::size_t count) const {
    std::size_t least = 0;
    std::size_t most = 0;
    for (const parameter& each : parameters) {
        if (each.type.empty()) break;
        ++most;
        if (!each.optional) ++least;
    }
    return count >= least && count <= most;
}

std::vector<std::string_view> method::signature() const {
    std::vector<std::string_view> types{returns.type};
    for (const parameter& each : parameters) {
        if (!each.type.empty()) types.push_back(each.type);
    }
    return types;
}

std::string method::help_text() const {
    std::string text = fmt::format("{}\n\n", help);
    for (const parameter& each : parameters) {
        if (each.type.empty()) break;
        text += fmt::format("@param {} {} {}\n", each.type, each.name, each.text);
    }
    text += fmt::format("@return {} {} {}\n", returns.type, returns.name, returns.text);
    return text;
}

}  // namespace ringmaster::rpc

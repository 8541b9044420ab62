#include "rpc/value.hpp"

#include <algorithm>

namespace ringmaster::rpc {

const value* value::find(std::string_view name) const {
    const auto* members = std::get_if<structure>(&held);
    if (members == nullptr) return nullptr;
    // Of members with the same name the last one counts, as in a map that is filled in order.
    const auto found = std::find_if(members->rbegin(), members->rend(),
                                    [&](const member& each) { return each.name == name; });
    return found == members->rend() ? nullptr : &found->held;
}

}  // namespace ringmaster::rpc

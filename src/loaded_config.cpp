#include "loaded_config.hpp"

#include <algorithm>

namespace ringmaster {

loaded_config::loaded_config(core::daemon_config daemon, std::vector<core::group_config> groups,
                             std::vector<core::group_config> shadowed_groups)
    : daemon_(std::move(daemon)), shadowed_groups_(std::move(shadowed_groups)) {
    groups_.reserve(groups.size());
    for (auto& each : groups) {
        groups_.push_back(std::make_shared<const core::group_config>(std::move(each)));
    }
}

loaded_config::group loaded_config::find(std::string_view name) const {
    const auto found = std::ranges::find(
        groups_, name, [](const group& each) -> const auto& { return each->name; });
    return found == groups_.end() ? nullptr : *found;
}

void loaded_config::fill_in(const group& old, group filled) {
    const auto found = std::ranges::find(groups_, old);
    if (found != groups_.end()) *found = std::move(filled);
}

}  // namespace ringmaster

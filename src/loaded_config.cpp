#include "loaded_config.hpp"

#include <algorithm>
#include <tuple>

namespace ringmaster {

loaded_config::loaded_config(core::daemon_config daemon, std::vector<core::group_config> groups,
                             std::vector<core::group_config> shadowed_groups)
    : daemon_(std::move(daemon)), shadowed_groups_(std::move(shadowed_groups)) {
    groups_.reserve(groups.size());
    for (auto& each : groups) {
        groups_.push_back(std::make_shared<const core::group_config>(std::move(each)));
    }
}

std::vector<const core::group_config*> loaded_config::all_groups() const {
    std::vector<const core::group_config*> all;
    for (const auto& each : groups_) all.push_back(each.get());
    for (const auto& each : shadowed_groups_) all.push_back(&each);
    std::ranges::stable_sort(all, {},
                             [](const auto* each) { return std::tie(each->priority, each->name); });
    return all;
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

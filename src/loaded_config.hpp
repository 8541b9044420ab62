// The configuration that was read last, at the start or by the last reread that succeeded: what
// addProcessGroup adds from.
//
// Owned by the daemon (src/daemon), control thread only. What is active may differ from it: groups
// become active, and stop being so, one by one. Both share the groups they have in common.
#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "core/config.hpp"

namespace ringmaster {

class loaded_config {
public:
    using group = std::shared_ptr<const core::group_config>;

    loaded_config(core::daemon_config daemon, std::vector<core::group_config> groups,
                  std::vector<core::group_config> shadowed_groups);

    /// Sorted by (priority, name).
    const std::vector<group>& groups() const { return groups_; }
    /// The same order, and among them those that lost their name to an earlier one.
    std::vector<const core::group_config*> all_groups() const;
    const core::daemon_config& daemon() const { return daemon_; }
    /// Null if there is none of that name.
    group find(std::string_view name) const;

    /// The same group with its AUTO logs filled in; no effect if a reread has replaced it.
    void fill_in(const group& old, group filled);

private:
    core::daemon_config daemon_;
    std::vector<group> groups_;
    std::vector<core::group_config> shadowed_groups_;
};

}  // namespace ringmaster

// What a reread changed: groups added, changed and removed, by Supervisor's rules.
//
// Pure; goes by the option table, so a new option is compared without an edit here.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/config.hpp"

namespace ringmaster::core {

struct config_difference {
    std::vector<std::string> added;    ///< in the order of `pending`
    std::vector<std::string> changed;  ///< in the order of `pending`
    std::vector<std::string> removed;  ///< in the order of `active`
};

config_difference compare_groups(std::span<const std::shared_ptr<const group_config>> active,
                                 std::span<const std::shared_ptr<const group_config>> pending);

/// Equal in everything that matters to running processes. An explicit log file and AUTO count as
/// the same in one direction: to AUTO is no change, from AUTO is one.
bool same_group(const group_config& active, const group_config& pending);
bool same_process(const process_config& active, const process_config& pending);

}  // namespace ringmaster::core

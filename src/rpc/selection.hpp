// Which processes a name argument means.
#pragma once

#include <string_view>

#include "core/supervisor.hpp"
#include "rpc/fault.hpp"

namespace ringmaster::rpc {

/// "group:name", "name" (a process whose group has the same name), "group:*" or "group:".
struct target {
    const core::supervisor::group* group = nullptr;
    core::process_id process = core::no_process;  ///< no_process: the whole group
};

/// Resolves a name that may also be a whole group. BAD_NAME with the text as passed.
reply<target> find_target(const core::supervisor& model, std::string_view name);

/// Resolves the name of one process; the whole-group forms are BAD_NAME, too.
reply<core::process_id> find_one(const core::supervisor& model, std::string_view name);

/// Resolves the plain name of a group.
reply<const core::supervisor::group*> find_group(const core::supervisor& model,
                                                 std::string_view name);

}  // namespace ringmaster::rpc

// Automatic child logs (stdout_logfile=AUTO): creating them, and clearing old ones away.
//
// Names are <childlogdir>/<process>-<channel>---<identifier>-<8 random characters>.log, so that
// what an earlier run of the same identifier left behind can be recognised.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/config.hpp"
#include "core/result.hpp"

namespace ringmaster::io {

/// Creates an empty file, mode 0600, and answers its path.
result<std::string> create_auto_log(std::string_view directory, std::string_view process,
                                    std::string_view channel, std::string_view identifier);

/// Removes the automatic logs (and their backups) of `identifier`. Answers Supervisor's warnings.
std::vector<std::string> clear_auto_logs(const std::string& directory,
                                         const std::string& identifier);

/// Makes the AUTO logs of a group that is about to become active and fills in their paths; those
/// that were made before, when it was active already, stay.
error_code assign_auto_logs(core::group_config& group, const core::daemon_config& daemon);

}  // namespace ringmaster::io

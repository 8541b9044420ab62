// Detaching from the terminal, and the pid file. Composition root only, before any thread exists.
#pragma once

#include <string>

#include "core/result.hpp"

namespace ringmaster::io {

/// Which side of the fork this is.
enum class fork_side { parent, daemon };

/// Forks once. The parent is to exit at once with status 0; the daemon goes on with detach().
result<fork_side> fork_daemon();

/// Sends stdin, stdout and stderr to /dev/null and leaves the session.
void detach();

/// Replaces `path` by a file that holds our pid and a line feed; mode by the umask.
error_code write_pidfile(const std::string& path);

}  // namespace ringmaster::io

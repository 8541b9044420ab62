// Clearing log files: the file is removed and an empty one takes its place.
//
// Rotated backups stay. Pipes, terminals and what lies behind /dev are left alone, successfully.
#pragma once

#include <string>

#include "core/result.hpp"
#include "io/drain.hpp"
#include "io/task.hpp"

namespace ringmaster::io {

/// Clears the log that a stream writes to, in the stream's own shard. ECANCELED: the stream is
/// finished. ETIMEDOUT: its disk hangs; the log is cleared when it comes back. Control thread;
/// `plane` must outlive the task.
task<error_code> clear_open_log(drain& plane, stream_id id);

/// Clears a log that nobody writes to. A file that does not exist stays missing, successfully.
/// Blocks.
error_code clear_closed_log(const std::string& path);

}  // namespace ringmaster::io

// Clears the logs of a process, whether it runs, is being launched or has ended.
#pragma once

#include "io/fleet.hpp"
#include "io/worker_pool.hpp"

namespace ringmaster {

/// The error of the log that could not be cleared. A process that is removed meanwhile is none.
/// Control thread; `fleet` and `helpers` must outlive the task.
io::task<error_code> clear_process_logs(io::fleet& fleet, io::worker_pool& helpers,
                                        core::process_id id);

}  // namespace ringmaster

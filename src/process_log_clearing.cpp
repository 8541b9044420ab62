#include "process_log_clearing.hpp"

#include <string>
#include <utility>
#include <vector>

#include "io/blocking.hpp"
#include "io/log_clearing.hpp"

namespace ringmaster {
namespace {

/// ECANCELED, which no file system answers: the child has ended, what it wrote last is on its way.
io::task<error_code> clear_open(io::fleet& fleet, std::vector<io::stream_id> streams) {
    error_code failed;
    for (const auto stream : streams) {
        const auto outcome = co_await io::clear_open_log(fleet.data_plane(), stream);
        if (outcome) failed = outcome;
    }
    co_return failed;
}

/// Paths may be empty.
io::task<error_code> clear_closed(io::worker_pool& helpers, std::string output,
                                  std::string errors) {
    auto work = [out = std::move(output), error = std::move(errors)] {
        const auto failed = out.empty() ? error_code{} : io::clear_closed_log(out);
        if (failed || error.empty()) return failed;
        return io::clear_closed_log(error);
    };
    const auto failed = co_await io::run_blocking(helpers, std::move(work));
    co_return failed;
}

}  // namespace

io::task<error_code> clear_process_logs(io::fleet& fleet, io::worker_pool& helpers,
                                        core::process_id id) {
    const auto launched = [&fleet](core::process_id who) {
        const auto* process = fleet.model().find(who);
        return process == nullptr || !process->launching();
    };
    for (;;) {
        // A launch under way has the logs open, or will soon.
        std::vector<core::process_id> only{id};
        co_await fleet.settle(std::move(only), launched);
        if (fleet.model().find(id) == nullptr) co_return error_code();
        auto streams = fleet.streams_of(id);
        if (!streams.empty()) {
            const auto failed = co_await clear_open(fleet, std::move(streams));
            if (failed.value() != ECANCELED) co_return failed;
            continue;
        }
        const auto info = fleet.model().info(id, 0);
        std::string output(info.stdout_logfile);
        std::string errors(info.stderr_logfile);
        const auto failed = co_await clear_closed(helpers, std::move(output), std::move(errors));
        // A child that was made meanwhile may write to the file that is gone.
        if (failed || (fleet.streams_of(id).empty() && launched(id))) co_return failed;
    }
}

}  // namespace ringmaster

// What the API's methods need of the daemon.
//
// Implemented by the composition root (src/control_port) on top of the fleet; called only on the
// control thread. The methods read the fleet's state through model() and never change it except
// through the requests below.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/config_diff.hpp"
#include "core/log.hpp"
#include "core/result.hpp"
#include "core/supervisor.hpp"
#include "io/task.hpp"
#include "rpc/fault.hpp"

namespace ringmaster::rpc {

using core::process_id;
using io::task;

/// Why a command cannot be run, in spawnerr's words.
struct command_problem {
    bool missing = false;  ///< true: fault NO_FILE, false: NOT_EXECUTABLE
    std::string text;
};

enum class channel : std::uint8_t { output, error };

/// Part of a log file. `missing`: no such file (or none is configured, then `path` is empty).
struct log_slice {
    enum class status : std::uint8_t { ok, missing, unreadable };
    status state = status::ok;
    std::string path;
    std::string bytes;
    std::int64_t size = 0;  ///< of the whole file when it was read
};

/// Which bytes of a log to read; made by core/log_range from the size, which only the reader knows.
using log_window = std::function<std::pair<std::int64_t, std::int64_t>(std::int64_t size)>;

/// What a reread changed, or the text of what is wrong with the configuration.
using reread_outcome = result<core::config_difference, std::string>;

enum class group_change : std::uint8_t {
    done,
    unknown,  ///< there is no such group
    refused,  ///< it is active already, or still running
    failed,   ///< its logs could not be made; the daemon's log tells why
};

enum class clear_outcome : std::uint8_t { done, missing, failed };

/// What became of text for a child's standard input.
enum class input_outcome : std::uint8_t {
    taken,
    full,    ///< the child does not read, and too much waits already
    closed,  ///< there is no pipe, or the child has closed it
};

class supervisor_port {
public:
    virtual ~supervisor_port() = default;

    virtual const core::supervisor& model() const = 0;
    virtual std::int64_t wall_now() const = 0;  ///< UNIX seconds
    virtual std::string identification() const = 0;
    virtual int pid() const = 0;
    virtual core::log_sink& log() = 0;

    /// Looks the command of a process up as a spawn would; none if it can be run.
    virtual task<std::optional<command_problem>> check_command(process_id id) = 0;
    /// Asks for a start; settle() then waits for what comes of it.
    virtual void start(process_id id) = 0;
    /// The same for one of many: it may have to wait, STARTING, until others have started.
    virtual void start_in_turn(process_id id) = 0;
    /// Asks for a stop. The text of the error if the signal could not be sent.
    virtual std::optional<std::string> stop(process_id id) = 0;
    /// Sends a signal to the child alone. The text of the error if that failed.
    virtual std::optional<std::string> send_signal(process_id id, int signo) = 0;
    /// Asks for the "waiting for x to stop" lines while a stop is waited for.
    virtual void report_stopping(process_id id) = 0;

    /// Waits until `settled(id)` has been true once for every id. It is asked at once and after
    /// each change of that process (also a launch that completed or failed, and its removal);
    /// it may record what it saw. Cancellation: the wait is given up, nothing else changes.
    virtual task<> settle(std::vector<process_id> ids, std::function<bool(process_id)> settled) = 0;

    /// Lets the control thread do other work. Called between the steps of what can take long:
    /// each process of a bulk operation, each call of system.multicall.
    virtual task<> yield() = 0;

    /// Reads from a process's log, off the control thread.
    virtual task<log_slice> read_process_log(process_id id, channel from, log_window window) = 0;
    virtual task<log_slice> read_main_log(log_window window) = 0;

    virtual task<clear_outcome> clear_process_logs(process_id id) = 0;
    virtual clear_outcome clear_main_log() = 0;

    /// Never waits for the child: what it does not read is kept up to a bound.
    virtual input_outcome send_input(process_id id, std::string_view text) = 0;

    /// Reads the configuration again. Nothing that is active changes; add_group() then adds from
    /// what was read.
    virtual task<reread_outcome> reread_config() = 0;
    /// Activates a group of the configuration that was read last.
    virtual task<group_change> add_group(std::string name) = 0;
    /// Groups of that configuration, sorted by (priority, name), with those that lost their name to
    /// another and are never active. Valid until the next reread or add_group.
    virtual std::vector<const core::group_config*> configured_groups() const = 0;
    /// Drops an active group, none of whose processes may run.
    virtual group_change remove_group(std::string_view name) = 0;

    /// Raises a REMOTE_COMMUNICATION event.
    virtual void send_remote_event(std::string_view type, std::string_view data) = 0;

    virtual void request_shutdown() = 0;
    virtual void request_restart() = 0;
};

}  // namespace ringmaster::rpc

// States of processes and of the daemon, and what clients are told of a process.
//
// Numbers and names are wire protocol (getProcessInfo "state", events, the client's exit status).
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace ringmaster::core {

enum class process_state : std::uint16_t {
    stopped = 0,
    starting = 10,
    running = 20,
    backoff = 30,
    stopping = 40,
    exited = 100,
    fatal = 200,
    unknown = 1000,
};

/// "STOPPED", "STARTING" …
std::string_view state_name(process_state state);

/// STOPPED EXITED FATAL UNKNOWN: no child, and nothing will happen by itself.
bool is_stopped(process_state state);
/// RUNNING BACKOFF STARTING: what start refuses and stop accepts.
bool is_running(process_state state);
/// RUNNING STARTING STOPPING: there is a child that a signal can reach.
bool is_signallable(process_state state);

enum class daemon_state : std::int8_t { shutdown = -1, restarting = 0, running = 1 };

/// "SHUTDOWN", "RESTARTING", "RUNNING".
std::string_view state_name(daemon_state state);

/// A snapshot of one process, in getProcessInfo's terms. Times are UNIX seconds, 0 = never. The
/// texts are the supervisor's own: they last until its next input.
struct process_info {
    std::string_view name;
    std::string_view group;
    std::int64_t start = 0;
    std::int64_t stop = 0;
    std::int64_t now = 0;
    process_state state = process_state::stopped;
    std::string_view spawnerr;
    int exitstatus = 0;
    std::string_view stdout_logfile;
    std::string_view stderr_logfile;
    int pid = 0;
};

/// The text of getProcessInfo's "description", in local time.
std::string describe(const process_info& info);

/// "name" where group and process are called the same, else "group:name".
std::string namespec(std::string_view group, std::string_view name);

}  // namespace ringmaster::core

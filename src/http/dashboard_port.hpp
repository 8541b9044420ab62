// What the web pages and log streams need of the daemon.
//
// Implemented by the composition root on top of the API's methods, so that a page's action and an
// XML-RPC call are the same thing. Called only on the control thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/log.hpp"
#include "core/process_info.hpp"
#include "io/task.hpp"

namespace ringmaster::http {

using io::task;

/// The outcome of an action: `code` 0 is success, else the fault's code and text.
struct action_result {
    int code = 0;
    std::string text;
};

class dashboard_port {
public:
    virtual ~dashboard_port() = default;

    /// Every process, sorted by group name, then process name; not to be kept across a co_await.
    virtual std::vector<core::process_info> processes() const = 0;
    virtual core::daemon_state state() const = 0;
    virtual std::string version() const = 0;

    /// Calls an API method whose parameters are one process or group name or none
    /// ("supervisor.startProcess", "supervisor.stopAllProcesses" …) and waits for it.
    virtual task<action_result> call(std::string_view method, std::string_view name) = 0;

    /// The last `bytes` bytes of a process's stdout log; nullopt if there is no file. An unknown
    /// process is an action_result with a code.
    virtual task<action_result> tail(std::string_view name, std::int64_t bytes,
                                     std::optional<std::string>& text) = 0;

    /// The log file behind /logtail/NAME/CHANNEL; `channel` is "stdout" or "stderr". nullopt if the
    /// process does not exist or has no such log.
    virtual std::optional<std::string> log_path(std::string_view name,
                                                std::string_view channel) const = 0;
    virtual std::optional<std::string> main_log_path() const = 0;
    virtual core::log_sink& log() = 0;

    /// Runs `work`, which reads a disk that may hang, on another thread and waits for it. `work`
    /// must own all it needs: after a cancellation it still runs to its end.
    virtual task<> read_disk(std::function<void()> work) = 0;
};

}  // namespace ringmaster::http

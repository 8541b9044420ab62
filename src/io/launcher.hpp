// Makes children, on threads of its own, so that a slow execve or disk never stops the loop.
//
// Owned by io/launch_desk and called on the control thread. Each launch is answered exactly once,
// on the control thread, unless it is taken back or given up before. A launch that hangs (a dead
// network file system) delays no other one. Everything that crosses this border is a value or a
// descriptor, so that the launcher can move into a process of its own. It makes children and
// forgets them: waiting for their end and signalling them is io/exit_watcher.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/config.hpp"
#include "core/log.hpp"
#include "core/result.hpp"
#include "io/spawn.hpp"
#include "io/unique_fd.hpp"

namespace ringmaster::io {

/// What one child is made from. A value: nothing in it refers to the running configuration.
struct launch_plan {
    std::string name;  ///< for error texts
    std::string command;
    core::environment env;  ///< over the launcher's base environment
    std::optional<std::string> directory;
    std::optional<std::uint32_t> umask;
    std::optional<std::uint32_t> uid;  ///< looked up again for each launch: groups change
    bool redirect_stderr = false;
    unique_fd standard_in;  ///< becomes the child's descriptor 0; empty: a pipe
    /// Log files to open for append; empty: none.
    std::string stdout_log;
    std::string stderr_log;
};

/// A running child and our ends of what connects us with it.
struct launched_child {
    pid_t pid = 0;
    unique_fd pidfd;
    unique_fd stdin_pipe;   ///< write end, non-blocking; empty if the plan brought a descriptor
    unique_fd stdout_pipe;  ///< read end
    unique_fd stderr_pipe;  ///< read end; empty with redirect_stderr
    unique_fd stdout_log;
    unique_fd stderr_log;
};

/// No child was made; the text is what becomes spawnerr.
struct launch_failure {
    std::string text;
};

using launch_outcome = std::variant<launched_child, launch_failure>;

/// Names one launch; chosen by the caller, never twice.
using launch_number = std::uint64_t;

/// Twice the processors, 4 to 8: a thread sleeps until its child has come to its execve, and
/// eight launch about as fast as the control thread can decide (docs/performance.md).
unsigned usual_launch_threads();

struct launcher_options {
    /// To begin with; more are added while launches hang.
    unsigned threads = usual_launch_threads();
    unsigned most_threads = 64;
    core::environment base;              ///< the daemon's own environment
    std::uint64_t descriptor_limit = 0;  ///< soft RLIMIT_NOFILE of children; 0: inherit
    /// A launch under way for so long is worth a line in the log.
    std::chrono::milliseconds hang_report_after{1000};
};

class launcher {
public:
    using done = std::function<void(launch_outcome)>;

    /// Reserves low descriptors and starts the threads: to be made before many are open. `log`
    /// is told of launches that hang; it must outlive the launcher.
    static result<std::unique_ptr<launcher>> make(boost::asio::any_io_executor control,
                                                  launcher_options options, core::log_sink& log);
    virtual ~launcher() = default;

    virtual void launch(launch_number number, launch_plan plan, done answer) = 0;
    /// Takes back the launches that no thread has begun: they are not answered.
    virtual std::vector<launch_number> take_back() = 0;
    /// Gives one launch up: it is not answered, and a child that it has made or makes later is
    /// killed before its execve.
    virtual void give_up(launch_number number) = 0;
    virtual spawn_method method() const = 0;
    /// Gives everything up and ends the threads; does not wait for those that hang.
    virtual void stop() = 0;
};

/// Kills and collects a child that nobody wants any more.
void destroy(launched_child child);

/// The PATH that a command is searched in: the plan's, else the base environment's, else
/// Supervisor's default.
std::string search_path(const core::environment& own, const core::environment& base);

}  // namespace ringmaster::io

// Holds the living children: notices their end at once, reaps them, and sends them signals.
//
// Owned by io/children, on the control thread. Every child is a pidfd in one private epoll set, so
// that a death costs a few microseconds however many children there are, and a signal can never
// reach a recycled pid. Never decides anything about a process.
#pragma once

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <optional>
#include <unordered_map>

#include "core/process_fsm.hpp"
#include "core/result.hpp"
#include "io/task.hpp"
#include "io/unique_fd.hpp"

namespace ringmaster::io {

class exit_watcher {
public:
    using exit_handler = std::function<void(core::process_id, const core::exit_status&)>;
    /// A child that nobody launched (an orphan that became ours) was reaped.
    using stray_handler = std::function<void(pid_t, const core::exit_status&)>;

    static result<exit_watcher> make(asio::any_io_executor control);

    /// Reports exits until it is cancelled; at most a slice of them before others get their turn,
    /// and `after_slice` then.
    task<> run(exit_handler on_exit, std::function<void()> after_slice);

    /// Takes charge of a child of process `id`, which has none yet.
    error_code watch(core::process_id id, pid_t pid, unique_fd pidfd);
    /// ESRCH if the process has no child (any more).
    error_code signal(core::process_id id, int signo, bool to_group) const;
    bool empty() const { return children_.empty(); }

    /// Whether there are, or may come to be, children that nobody launched: orphans are handed to
    /// PID 1 and to subreapers, and a shell that becomes the daemon leaves it what it had begun. To
    /// be asked before the first launch.
    static bool may_have_strays();
    /// Reaps every dead child that nobody launched; after a SIGCHLD, where there may be any.
    /// The kernel gives orphans to the first thread of a process, the control thread, and children
    /// belong to the launcher's threads as long as these live. So the strays are the children of
    /// the calling thread: this never looks at the others, however many there are.
    static void reap_strays(const stray_handler& on_stray);

private:
    struct child {
        pid_t pid;
        unique_fd pidfd;
    };

    exit_watcher(asio::any_io_executor control, int epoll_fd);
    void reap_ready(const exit_handler& on_exit);

    asio::posix::stream_descriptor epoll_;
    std::unordered_map<core::process_id, child> children_;
};

}  // namespace ringmaster::io

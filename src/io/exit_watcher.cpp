#include "io/exit_watcher.hpp"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "io/posix.hpp"

namespace ringmaster::io {
namespace {

/// Exits handled before other work of the loop gets its turn.
constexpr int exits_per_turn = 64;
/// From uapi/linux/wait.h (Linux 5.4); glibc 2.36 has it as an enumerator of idtype_t.
constexpr auto by_pidfd = P_PIDFD;

core::exit_status status_from(const siginfo_t& info) {
    core::exit_status status;
    if (info.si_code == CLD_EXITED) {
        status.code = info.si_status;
    } else {
        status.signal = info.si_status;
        status.core_dumped = info.si_code == CLD_DUMPED;
    }
    return status;
}

}  // namespace

result<exit_watcher> exit_watcher::make(asio::any_io_executor control) {
    const int fd = ::epoll_create1(EPOLL_CLOEXEC);
    if (fd < 0) return last_errno();
    return exit_watcher(std::move(control), fd);
}

exit_watcher::exit_watcher(asio::any_io_executor control, int epoll_fd)
    : epoll_(std::move(control), epoll_fd) {}

error_code exit_watcher::watch(core::process_id id, pid_t pid, unique_fd pidfd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = id;
    if (::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, pidfd.get(), &event) != 0) {
        return last_errno();
    }
    children_.insert_or_assign(id, child{pid, std::move(pidfd)});
    return {};
}

task<> exit_watcher::run(exit_handler on_exit, std::function<void()> after_slice) {
    for (;;) {
        auto [failed] = co_await epoll_.async_wait(asio::posix::descriptor_base::wait_read, tuple);
        if (failed) co_return;
        reap_ready(on_exit);
        after_slice();
    }
}

void exit_watcher::reap_ready(const exit_handler& on_exit) {
    std::array<epoll_event, exits_per_turn> events;
    const int ready = ::epoll_wait(epoll_.native_handle(), events.data(), exits_per_turn, 0);
    for (int i = 0; i < ready; ++i) {
        const auto id = static_cast<core::process_id>(events[static_cast<std::size_t>(i)].data.u64);
        const auto found = children_.find(id);
        if (found == children_.end()) continue;
        siginfo_t info{};
        const auto pidfd = static_cast<id_t>(found->second.pidfd.get());
        const bool reaped = ::waitid(by_pidfd, pidfd, &info, WEXITED | WNOHANG) == 0;
        if (reaped && info.si_pid == 0) continue;
        // Closing the pidfd, behind what is more urgent, takes it out of the epoll set.
        const auto gone = children_.extract(found);
        // Somebody else collected the status (ECHILD): the child is gone all the same.
        on_exit(id, reaped ? status_from(info) : core::exit_status{.code = -1});
    }
}

error_code exit_watcher::signal(core::process_id id, int signo, bool to_group) const {
    const auto found = children_.find(id);
    if (found == children_.end()) return posix_error(ESRCH);
    // The leader is not reaped yet, so its pid, and with it the group's number, is still its own.
    const long sent =
        to_group ? ::kill(-found->second.pid, signo)
                 : ::syscall(SYS_pidfd_send_signal, found->second.pidfd.get(), signo, nullptr, 0);
    return sent == 0 ? error_code{} : last_errno();
}

bool exit_watcher::may_have_strays() {
    int subreaper = 0;
    ::prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
    siginfo_t info{};
    return ::getpid() == 1 || subreaper != 0 ||
           ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WNOTHREAD) == 0;
}

void exit_watcher::reap_strays(const stray_handler& on_stray) {
    for (;;) {
        siginfo_t info{};
        if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | __WNOTHREAD) != 0) return;
        if (info.si_pid == 0) return;
        on_stray(info.si_pid, status_from(info));
    }
}

}  // namespace ringmaster::io

#include "io/signals.hpp"

#include <signal.h>
#include <sys/signalfd.h>

#include <array>
#include <boost/asio/buffer.hpp>

#include "io/posix.hpp"

namespace ringmaster::io {
namespace {

constexpr std::array understood{SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR2, SIGCHLD};

sigset_t understood_set() {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int number : understood) ::sigaddset(&set, number);
    return set;
}

}  // namespace

void prepare_signals() {
    const sigset_t set = understood_set();
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    // An inherited "ignore" (nohup) would keep a signal from ever reaching the descriptor.
    for (const int number : understood) ::signal(number, SIG_DFL);
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGXFSZ, SIG_IGN);
}

result<signal_source> signal_source::open(asio::any_io_executor control) {
    const sigset_t set = understood_set();
    const int fd = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0) return last_errno();
    return signal_source(std::move(control), fd);
}

signal_source::signal_source(asio::any_io_executor control, int fd) : fd_(std::move(control), fd) {}

task<result<int>> signal_source::next() {
    signalfd_siginfo info{};
    const auto buffer = asio::buffer(&info, sizeof info);
    auto [failed, size] = co_await fd_.async_read_some(buffer, tuple);
    if (failed) co_return failed;
    co_return static_cast<int>(info.ssi_signo);
}

}  // namespace ringmaster::io

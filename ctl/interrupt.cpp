#include "ctl/interrupt.hpp"

#include <cerrno>
#include <utility>

namespace ringmaster::ctl {
namespace {

volatile std::sig_atomic_t pressed = 0;

extern "C" void on_interrupt(int) {
    pressed = 1;
}

/// Keeps SIGINT out until ppoll() lets it in, so that none falls between check and wait.
class interrupt_blocked {
public:
    interrupt_blocked() {
        ::sigset_t only;
        ::sigemptyset(&only);
        ::sigaddset(&only, SIGINT);
        ::pthread_sigmask(SIG_BLOCK, &only, &before_);
    }
    interrupt_blocked(const interrupt_blocked&) = delete;
    interrupt_blocked& operator=(const interrupt_blocked&) = delete;
    ~interrupt_blocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

    const ::sigset_t* before() const { return &before_; }

private:
    ::sigset_t before_;
};

}  // namespace

interrupt_scope::interrupt_scope() {
    ::sigaction(SIGINT, nullptr, &before_);
    if (before_.sa_handler == SIG_IGN) return;
    struct sigaction ours {};
    ours.sa_handler = on_interrupt;  // without SA_RESTART: blocking calls must return
    ::sigemptyset(&ours.sa_mask);
    ::sigaction(SIGINT, &ours, nullptr);
}

interrupt_scope::~interrupt_scope() {
    ::sigaction(SIGINT, &before_, nullptr);
}

bool take_interrupt() {
    const bool was = pressed != 0;
    pressed = 0;
    return was;
}

outcome<void> wait_ready(std::span<pollfd> descriptors) {
    const interrupt_blocked guard;
    for (;;) {
        if (take_interrupt()) return interrupted_failure();
        if (::ppoll(descriptors.data(), descriptors.size(), nullptr, guard.before()) >= 0)
            return {};
        if (errno != EINTR) return system_failure(errno);
    }
}

outcome<void> wait_ready(int descriptor, short events) {
    pollfd one{descriptor, events, 0};
    return wait_ready(std::span{&one, 1});
}

}  // namespace ringmaster::ctl

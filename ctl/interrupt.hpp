// Ctrl-C as an event instead of the end of the program.
//
// One-shot actions never use this: SIGINT ends them, as it ends any command. The shell and the
// log streams keep an interrupt_scope while they run, and every wait of the client goes through
// wait_ready(), so that no signal is lost between a check and a wait.
#pragma once

#include <poll.h>

#include <csignal>
#include <span>

#include "ctl/failure.hpp"

namespace ringmaster::ctl {

/// While one lives, Ctrl-C makes wait_ready() fail with `interrupted`. A SIGINT that the program
/// was started with ignored (nohup, a script's background job) stays ignored. May be nested.
class interrupt_scope {
public:
    interrupt_scope();
    interrupt_scope(const interrupt_scope&) = delete;
    interrupt_scope& operator=(const interrupt_scope&) = delete;
    ~interrupt_scope();

private:
    struct sigaction before_;
};

/// Waits without limit until a descriptor is ready; `revents` say which.
outcome<void> wait_ready(std::span<pollfd> descriptors);

/// The same for one descriptor.
outcome<void> wait_ready(int descriptor, short events);

/// Whether Ctrl-C came since the last time somebody was told; forgets it. For calls that returned
/// EINTR.
bool take_interrupt();

}  // namespace ringmaster::ctl

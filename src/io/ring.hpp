// One io_uring, set up with the best flags that the running kernel takes.
//
// Owned by ring_engine; used on one thread, the one that opened it. Knows nothing of pipes.
#pragma once

#include <liburing.h>

#include <chrono>
#include <memory>
#include <optional>

#include "io/engine.hpp"

namespace ringmaster::io {

class ring {
public:
    /// Fails where io_uring is forbidden (EPERM: seccomp, sysctl), missing (ENOSYS) or too old.
    static result<std::unique_ptr<ring>, engine_refusal> open(unsigned entries,
                                                              unsigned completions);
    ~ring();
    ring(const ring&) = delete;
    ring& operator=(const ring&) = delete;

    bool supports(int opcode);

    /// A cleared submission entry. Submits if the queue is full; null if the kernel takes none now.
    io_uring_sqe* try_sqe();
    /// Hands over what is queued and waits for a completion; returns at once if there is one.
    void submit_and_wait(std::optional<std::chrono::milliseconds> limit);

    /// Completions are there, or would be after the next submit_and_wait() without waiting: one
    /// call of the kernel delivers only about 20.
    bool more_to_come() const;

    io_uring& raw() { return ring_; }

private:
    ring() = default;
    int try_out();

    io_uring ring_{};
};

}  // namespace ringmaster::io

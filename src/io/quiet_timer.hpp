// A timer of the monotonic clock that wakes nobody once it is cancelled.
//
// Asio's steady_timer leaves the kernel's timer armed when it is cancelled, so the loop still wakes
// up at that time, for nothing. This one is for deadlines that nearly always are cancelled, in a
// daemon that is to sleep. Control thread only. Takes a descriptor when it is used for the first
// time.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <functional>
#include <memory>

#include "core/result.hpp"
#include "io/task.hpp"

namespace ringmaster::io {

class quiet_timer {
public:
    explicit quiet_timer(asio::any_io_executor control) : timer_(std::move(control)) {}

    /// Calls `ring` once, from the loop, after that time; hardly ever, where the timer replaces one
    /// that was just due, early: look at the clock. Replaces what was asked for before. Fails where
    /// the kernel has no more descriptors.
    error_code ring_after(std::chrono::nanoseconds wait, std::function<void()> ring);
    void cancel();

private:
    error_code open();
    error_code arm(std::chrono::nanoseconds wait);

    asio::posix::stream_descriptor timer_;
    std::shared_ptr<std::function<void()>> ring_;  ///< what is waited for; else none
};

}  // namespace ringmaster::io

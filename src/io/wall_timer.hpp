// A timer of the wall clock: it rings at a time of day, and when somebody sets the clock, since
// then that time may be over or far away.
//
// Asio's system_timer counts down the time that was left when the wait began, and so misses a clock
// that is set. Control thread only. Takes a descriptor when it is used for the first time.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdint>
#include <functional>

#include "core/result.hpp"
#include "io/task.hpp"

namespace ringmaster::io {

class wall_timer {
public:
    explicit wall_timer(asio::any_io_executor control) : timer_(std::move(control)) {}

    /// Calls `ring` once, from the loop, at `when` (UNIX seconds) or a little early if the clock
    /// was set: look at the clock. Replaces what was asked for before. Fails where the kernel has
    /// no more descriptors.
    error_code ring_at(std::int64_t when, std::function<void()> ring);
    void cancel();

private:
    error_code open();

    asio::posix::stream_descriptor timer_;
};

}  // namespace ringmaster::io

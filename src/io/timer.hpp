// Timers of the control thread that leave the kernel's timer disarmed when none of them is set.
//
// Asio's own leave the kernel's timer armed when they are cancelled, and once there was one its
// loop looks at the clock every five minutes; a supervisor of idle programs is to sleep. All timers
// of a loop share one descriptor, which is there from the first timer on: setting one takes no
// other. While others are set, the time of one that was cancelled may still wake the loop, once,
// and rings nobody. Control thread only.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>

#include "io/task.hpp"

namespace ringmaster::io {

class timer_queue;

class timer {
public:
    using clock = std::chrono::steady_clock;

    /// The first timer of a loop throws system_error if the kernel has no more descriptors.
    explicit timer(const asio::any_io_executor& control);
    timer(const timer&) = delete;
    timer& operator=(const timer&) = delete;
    /// Cancels it.
    ~timer();

    /// Calls `ring` once, from the loop, when that time has come. Replaces what was asked for
    /// before.
    void ring_at(clock::time_point when, std::function<void()> ring);
    void ring_after(clock::duration wait, std::function<void()> ring);
    /// What was asked for does not ring any more, not even if it was due already.
    void cancel();
    /// Neither rung nor cancelled yet; within `ring` it is not set any more.
    bool is_set() const;

private:
    timer_queue& queue_;
    std::pair<clock::time_point, std::uint64_t> place_;  ///< in the queue, unless it has rung
};

/// Lets the task sleep. False: it was asked to stop meanwhile.
task<bool> sleep_for(timer::clock::duration time);

}  // namespace ringmaster::io

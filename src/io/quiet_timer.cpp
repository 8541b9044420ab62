#include "io/quiet_timer.hpp"

#include <sys/timerfd.h>

#include <algorithm>
#include <utility>

#include "io/posix.hpp"
#include "io/unique_fd.hpp"

namespace ringmaster::io {
namespace {

/// Zero would disarm the timer.
constexpr std::chrono::nanoseconds shortest{1};

}  // namespace

error_code quiet_timer::open() {
    unique_fd made{::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)};
    if (!made) return last_errno();
    error_code failed;
    timer_.assign(made.get(), failed);
    if (!failed) (void)made.release();
    return failed;
}

/// Zero disarms it. Either forgets that it was due.
error_code quiet_timer::arm(std::chrono::nanoseconds wait) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(wait);
    const itimerspec time{{0, 0}, {seconds.count(), (wait - seconds).count()}};
    if (::timerfd_settime(timer_.native_handle(), 0, &time, nullptr) != 0) return last_errno();
    return {};
}

error_code quiet_timer::ring_after(std::chrono::nanoseconds wait, std::function<void()> ring) {
    if (!timer_.is_open()) {
        if (const auto failed = open()) return failed;
    }
    cancel();
    if (const auto failed = arm(std::max(wait, shortest))) return failed;
    ring_ = std::make_shared<std::function<void()>>(std::move(ring));
    // Weak: a wait that was over already when it was cancelled is still answered, later.
    timer_.async_wait(asio::posix::stream_descriptor::wait_read,
                      [ring = std::weak_ptr(ring_)](const error_code& cancelled) {
                          const auto wanted = ring.lock();
                          if (wanted && !cancelled) (*wanted)();
                      });
    return {};
}

void quiet_timer::cancel() {
    if (!ring_) return;
    ring_.reset();
    error_code ignored;
    timer_.cancel(ignored);
    (void)arm({});
}

}  // namespace ringmaster::io

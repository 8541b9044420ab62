#include "io/wall_timer.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include <utility>

#include "io/posix.hpp"
#include "io/unique_fd.hpp"

namespace ringmaster::io {

error_code wall_timer::open() {
    unique_fd made{::timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK)};
    if (!made) return last_errno();
    error_code failed;
    timer_.assign(made.get(), failed);
    if (!failed) (void)made.release();
    return failed;
}

error_code wall_timer::ring_at(std::int64_t when, std::function<void()> ring) {
    if (!timer_.is_open()) {
        if (const auto failed = open()) return failed;
    }
    timer_.cancel();
    const itimerspec time{{0, 0}, {when, 0}};
    constexpr int flags = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;
    if (::timerfd_settime(timer_.native_handle(), flags, &time, nullptr) != 0) return last_errno();
    timer_.async_wait(asio::posix::stream_descriptor::wait_read,
                      [this, ring = std::move(ring)](const error_code& cancelled) {
                          if (cancelled || !timer_.is_open()) return;
                          std::uint64_t times = 0;  // ECANCELED: the clock was set
                          (void)!::read(timer_.native_handle(), &times, sizeof times);
                          ring();
                      });
    return {};
}

void wall_timer::cancel() {
    error_code ignored;
    timer_.close(ignored);
}

}  // namespace ringmaster::io

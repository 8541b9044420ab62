#include "io/timer.hpp"

#include <sys/timerfd.h>

#include <algorithm>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <map>
#include <optional>

#include "core/result.hpp"
#include "io/posix.hpp"
#include "io/unique_fd.hpp"
#include "io/wakeup.hpp"

namespace ringmaster::io {

/// The timers of one loop, in the order of their times.
class timer_queue final : public asio::execution_context::service {
public:
    using key_type = timer_queue;
    static inline asio::execution_context::id id;
    using clock = timer::clock;
    /// Timers of the same time ring in the order in which they were set.
    using place = std::pair<clock::time_point, std::uint64_t>;

    explicit timer_queue(asio::execution_context& loop);

    /// In place of `before`, which may be empty.
    place put(place before, clock::time_point when, std::function<void()> ring);
    void remove(place which);
    bool holds(place which) const { return waiting_.contains(which); }

private:
    void shutdown() noexcept override;
    void arm();
    void watch();
    void ring_what_is_due();

    std::optional<asio::posix::stream_descriptor> kernel_;  ///< none: the loop has ended
    std::map<place, std::function<void()>> waiting_;
    std::uint64_t last_ = 0;
    std::optional<clock::time_point> armed_;  ///< what the kernel's timer is set to
    std::optional<clock::time_point> ringing_since_;
    std::uint64_t watch_ = 0;  ///< the wait for the descriptor that counts
    bool watching_ = false;
};

timer_queue::timer_queue(asio::execution_context& loop)
    : service(loop), kernel_(std::in_place, static_cast<asio::io_context&>(loop)) {
    unique_fd made{::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)};
    if (!made) throw boost::system::system_error(last_errno(), "timerfd_create");
    kernel_->assign(made.get());
    (void)made.release();
}

/// Whatever the functions own may have timers of its own.
void timer_queue::shutdown() noexcept {
    kernel_.reset();
    const auto dropped = std::exchange(waiting_, {});
}

timer_queue::place timer_queue::put(place before, clock::time_point when,
                                    std::function<void()> ring) {
    const auto replaced = waiting_.extract(before);  // outlives the change: it may own timers
    // What is set while others ring has its turn after the rest of the loop.
    if (ringing_since_) when = std::max(when, *ringing_since_ + clock::duration(1));
    const place taken{when, ++last_};
    waiting_.emplace(taken, std::move(ring));
    arm();
    return taken;
}

void timer_queue::remove(place which) {
    const auto removed = waiting_.extract(which);
    if (removed) arm();
}

/// Brings the kernel's timer to the first time of the queue. Only while there is one, the loop has
/// something to wait for.
void timer_queue::arm() {
    if (!kernel_) return;
    std::optional<clock::time_point> first;
    if (!waiting_.empty()) first = waiting_.begin()->first.first;
    // A time that was put off is found out when it comes: one wake-up costs less than setting the
    // kernel's timer whenever the first of many is cancelled.
    if (first == armed_ || (first && armed_ && *first > *armed_)) return;
    armed_ = first;
    itimerspec time{};  // disarms it
    if (first) {
        // Zero would disarm it.
        const auto since_boot = std::max(first->time_since_epoch(), clock::duration(1));
        const auto seconds = std::chrono::floor<std::chrono::seconds>(since_boot);
        time.it_value = {seconds.count(), (since_boot - seconds).count()};
    }
    // Setting it forgets that it was due. It cannot fail with such arguments.
    (void)::timerfd_settime(kernel_->native_handle(), TFD_TIMER_ABSTIME, &time, nullptr);
    if (first && !watching_) return watch();
    if (first) return;
    watching_ = false;
    ++watch_;
    error_code ignored;
    kernel_->cancel(ignored);
}

void timer_queue::watch() {
    watching_ = true;
    kernel_->async_wait(asio::posix::stream_descriptor::wait_read,
                        [this, mine = ++watch_](const error_code& cancelled) {
                            // One that was over when it was cancelled is answered without an error.
                            if (cancelled || mine != watch_) return;
                            watching_ = false;
                            ring_what_is_due();
                        });
}

void timer_queue::ring_what_is_due() {
    armed_.reset();
    const auto now = clock::now();
    ringing_since_ = now;
    while (!waiting_.empty() && waiting_.begin()->first.first <= now) {
        const auto due = waiting_.extract(waiting_.begin());
        due.mapped()();
    }
    ringing_since_.reset();
    arm();
}

// -- the timer of somebody ------------------------------------------------------------------------

timer::timer(const asio::any_io_executor& control)
    : queue_(asio::use_service<timer_queue>(asio::query(control, asio::execution::context))) {}

timer::~timer() {
    cancel();
}

void timer::ring_at(clock::time_point when, std::function<void()> ring) {
    place_ = queue_.put(place_, when, std::move(ring));
}

void timer::ring_after(clock::duration wait, std::function<void()> ring) {
    ring_at(clock::now() + wait, std::move(ring));
}

void timer::cancel() {
    queue_.remove(place_);
}

bool timer::is_set() const {
    return queue_.holds(place_);
}

task<bool> sleep_for(timer::clock::duration time) {
    const auto control = co_await asio::this_coro::executor;
    wakeup over(control);
    timer alarm(control);
    bool rung = false;
    alarm.ring_after(time, [&] {
        rung = true;
        over.wake();
    });
    co_await over.wait();
    co_return rung;
}

}  // namespace ringmaster::io

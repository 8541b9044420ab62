// A deadline that moves often and is rarely reached, on one timer.
//
// A member of a session. Moving the deadline further away costs no timer operation: the timer rings
// early once and looks again.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>

#include "io/timer.hpp"

namespace ringmaster::http {

namespace asio = boost::asio;

class deadline {
public:
    /// `on_expiry` runs on the executor when a deadline has passed; not after destruction.
    deadline(const asio::any_io_executor& executor, std::function<void()> on_expiry);

    /// Replaces the deadline and forgets that an earlier one has passed.
    void set(std::chrono::milliseconds from_now);
    void clear();
    /// The deadline set last has passed.
    bool expired() const { return expired_; }

private:
    using clock = io::timer::clock;

    void arm();
    void on_timer();

    io::timer timer_;
    std::function<void()> on_expiry_;
    clock::time_point due_ = clock::time_point::max();
    clock::time_point armed_for_ = clock::time_point::max();  ///< max: the timer is not set
    bool expired_ = false;
};

}  // namespace ringmaster::http

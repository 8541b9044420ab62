// A deadline that moves often and is rarely reached, on one timer.
//
// A member of a session. Moving the deadline further away costs no timer operation: the timer fires
// early once and looks again.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>

namespace ringmaster::http {

namespace asio = boost::asio;

class deadline {
public:
    /// `on_expiry` runs on the executor when a deadline has passed; not after destruction.
    deadline(const asio::any_io_executor& executor, std::function<void()> on_expiry);
    deadline(const deadline&) = delete;
    deadline& operator=(const deadline&) = delete;
    ~deadline();

    /// Replaces the deadline and forgets that an earlier one has passed.
    void set(std::chrono::milliseconds from_now);
    void clear();
    /// The deadline set last has passed.
    bool expired() const;

private:
    struct state;
    std::shared_ptr<state> state_;  ///< shared with the pending wait
};

}  // namespace ringmaster::http

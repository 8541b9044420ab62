#include "http/deadline.hpp"

#include <utility>

#include "core/result.hpp"

namespace ringmaster::http {

using clock = std::chrono::steady_clock;

struct deadline::state : std::enable_shared_from_this<state> {
    state(const asio::any_io_executor& executor, std::function<void()> callback)
        : timer(executor), on_expiry(std::move(callback)) {}

    void arm() {
        armed_for = due;
        timer.expires_at(due);  // ends the earlier wait
        timer.async_wait([self = shared_from_this(), mine = due](error_code ec) {
            // A wait that had fired before it was cancelled comes without an error.
            if (!ec && mine == self->armed_for) self->on_timer();
        });
    }

    void on_timer() {
        armed_for = clock::time_point::max();
        if (due == clock::time_point::max() || !on_expiry) return;
        if (clock::now() < due) return arm();
        expired = true;
        due = clock::time_point::max();
        on_expiry();
    }

    asio::steady_timer timer;
    std::function<void()> on_expiry;
    clock::time_point due = clock::time_point::max();
    clock::time_point armed_for = clock::time_point::max();  ///< max: no wait is pending
    bool expired = false;
};

deadline::deadline(const asio::any_io_executor& executor, std::function<void()> on_expiry)
    : state_(std::make_shared<state>(executor, std::move(on_expiry))) {}

deadline::~deadline() {
    state_->on_expiry = nullptr;
    state_->timer.cancel();
}

void deadline::set(std::chrono::milliseconds from_now) {
    state_->expired = false;
    state_->due = clock::now() + from_now;
    if (state_->due < state_->armed_for) state_->arm();
}

void deadline::clear() {
    state_->expired = false;
    state_->due = clock::time_point::max();
}

bool deadline::expired() const {
    return state_->expired;
}

}  // namespace ringmaster::http

#include "http/deadline.hpp"

#include <utility>

namespace ringmaster::http {

deadline::deadline(const asio::any_io_executor& executor, std::function<void()> on_expiry)
    : timer_(executor), on_expiry_(std::move(on_expiry)) {}

void deadline::set(std::chrono::milliseconds from_now) {
    expired_ = false;
    due_ = clock::now() + from_now;
    if (due_ < armed_for_) arm();
}

void deadline::clear() {
    expired_ = false;
    due_ = clock::time_point::max();
}

void deadline::arm() {
    armed_for_ = due_;
    timer_.ring_at(due_, [this] { on_timer(); });
}

void deadline::on_timer() {
    armed_for_ = clock::time_point::max();
    if (due_ == clock::time_point::max()) return;
    if (clock::now() < due_) return arm();
    expired_ = true;
    due_ = clock::time_point::max();
    on_expiry_();
}

}  // namespace ringmaster::http

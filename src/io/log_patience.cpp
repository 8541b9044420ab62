#include "io/log_patience.hpp"

#include <utility>

namespace ringmaster::io {

log_patience::log_patience(const asio::any_io_executor& control, std::chrono::milliseconds time,
                           callback on_late)
    : timer_(control), time_(time), on_late_(std::move(on_late)) {}

void log_patience::begin(core::process_id id) {
    numbers_[id] = ++last_;
    in_turn_.emplace(last_, waiting{id, std::chrono::steady_clock::now() + time_});
    if (!timer_.is_set()) arm();
}

void log_patience::end(core::process_id id) {
    const auto found = numbers_.find(id);
    if (found == numbers_.end()) return;
    in_turn_.erase(found->second);
    numbers_.erase(found);
}

void log_patience::close() {
    in_turn_.clear();
    numbers_.clear();
    timer_.cancel();
}

void log_patience::arm() {
    timer_.ring_at(in_turn_.begin()->second.due, [this] { expire(); });
}

void log_patience::expire() {
    const auto now = std::chrono::steady_clock::now();
    while (!in_turn_.empty() && in_turn_.begin()->second.due <= now) {
        const auto id = in_turn_.begin()->second.id;
        numbers_.erase(id);
        in_turn_.erase(in_turn_.begin());
        on_late_(id);
    }
    if (!in_turn_.empty()) arm();
}

}  // namespace ringmaster::io

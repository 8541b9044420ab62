#include "core/event_pool.hpp"

#include <utility>

#include <fmt/format.h>

#include "core/text.hpp"

namespace ringmaster::core {

std::vector<std::uint64_t> event_pool::accept(std::shared_ptr<const event> added) {
    auto gone = make_room(added->payload.size());
    bytes_ += added->payload.size();
    waiting_.push_back({std::move(added), next_serial_});
    next_serial_ = next_serial(next_serial_);
    return gone;
}

std::vector<std::uint64_t> event_pool::put_back(pooled_event returned) {
    auto gone = make_room(returned.what->payload.size());
    bytes_ += returned.what->payload.size();
    waiting_.push_front(std::move(returned));
    return gone;
}

pooled_event event_pool::take() {
    pooled_event head = std::move(waiting_.front());
    waiting_.pop_front();
    bytes_ -= head.what->payload.size();
    return head;
}

std::vector<std::uint64_t> event_pool::make_room(std::size_t bytes) {
    std::vector<std::uint64_t> gone;
    while (!waiting_.empty() && (waiting_.size() >= buffer_size_ || bytes_ + bytes > most_bytes_)) {
        gone.push_back(take().what->serial);
    }
    return gone;
}

std::uint64_t next_serial(std::uint64_t serial) {
    constexpr std::uint64_t last = (std::uint64_t{1} << 63) - 1;
    return serial == last ? 0 : serial + 1;
}

std::string event_header(const pooled_event& sent, std::string_view identifier,
                         std::string_view pool) {
    return fmt::format("ver:3.0 server:{} serial:{} pool:{} poolserial:{} eventname:{} len:{}\n",
                       identifier, sent.what->serial, pool, sent.pool_serial,
                       event_name(sent.what->kind), count_characters(sent.what->payload));
}

}  // namespace ringmaster::core

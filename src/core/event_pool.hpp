// The events that wait for the listeners of one pool: a first-in, first-out buffer with bounds.
//
// A value: holds no descriptor, knows no listener. The same event may wait in several pools and is
// stored once. Full means `buffer_size` events or `most_bytes` of payload; then the oldest waiting
// event goes.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/event_types.hpp"

namespace ringmaster::core {

struct event {
    std::uint64_t serial;
    event_kind kind;
    std::string payload;
};

/// An event and its number within one pool; both stay with it until it is done.
struct pooled_event {
    std::shared_ptr<const event> what;
    std::uint64_t pool_serial = 0;
};

class event_pool {
public:
    /// The payload that may wait in one pool, in bytes.
    static constexpr std::size_t usual_bytes = std::size_t{64} * 1024 * 1024;

    explicit event_pool(std::size_t buffer_size, std::size_t most_bytes = usual_bytes)
        : buffer_size_(buffer_size), most_bytes_(most_bytes) {}

    /// Appends a new event. Answers the serials of those that had to go.
    std::vector<std::uint64_t> accept(std::shared_ptr<const event> added);
    /// Returns an event to the head. Answers the serials of those that had to go.
    std::vector<std::uint64_t> put_back(pooled_event returned);
    /// The oldest; must not be empty.
    const pooled_event& head() const { return waiting_.front(); }
    pooled_event take();

    bool empty() const { return waiting_.empty(); }
    std::size_t size() const { return waiting_.size(); }
    std::size_t buffer_size() const { return buffer_size_; }

private:
    std::vector<std::uint64_t> make_room(std::size_t bytes);

    std::size_t buffer_size_;
    std::size_t most_bytes_;
    std::size_t bytes_ = 0;
    std::uint64_t next_serial_ = 0;
    std::deque<pooled_event> waiting_;
};

/// The number after `serial`: counters wrap from 2^63-1 to 0.
std::uint64_t next_serial(std::uint64_t serial);

/// The line before the payload, with its LF. `len` counts characters, as Supervisor's does.
std::string event_header(const pooled_event& sent, std::string_view identifier,
                         std::string_view pool);

}  // namespace ringmaster::core

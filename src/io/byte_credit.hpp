// How many bytes one thread has handed to another that has not dealt with them yet, for one stream.
//
// Shared by the two threads. Who hands over takes credit, and stops for a while when it is used up;
// who deals with the bytes gives it back, and says so when the other may go on. So neither a flood
// nor a thread that hangs makes the daemon grow.
#pragma once

#include <atomic>
#include <cstddef>

namespace ringmaster::io {

class byte_credit {
public:
    /// Bytes that may be under way.
    static constexpr std::size_t limit = 131072;
    /// It goes on when no more than so much is left, so that it does not stop and go.
    static constexpr std::size_t low = limit / 2;

    /// True: used up now.
    bool take(std::size_t bytes) { return used_.fetch_add(bytes) + bytes >= limit; }
    /// True: little is left, so that the other thread must be told in case it has stopped.
    bool give_back(std::size_t bytes) {
        const auto before = used_.fetch_sub(bytes);
        return before >= low && before - bytes < low;
    }
    bool is_full() const { return used_.load() >= limit; }

private:
    std::atomic<std::size_t> used_ = 0;
};

}  // namespace ringmaster::io

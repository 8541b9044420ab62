// A tap on a stream of the data plane: what the control thread wants to see of its bytes.
//
// Made by the fleet with the stream; most streams have none, and their bytes never leave their
// shard. What is posted and not yet taken by the control thread is bounded for each stream
// (tap_credit): past the bound the shard stops reading that stream, which slows its writer.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "core/event_types.hpp"

namespace ringmaster::io {

/// The types of events that somebody subscribed to: written by the control thread, read by shards.
using shared_event_set = std::shared_ptr<std::atomic<core::event_set>>;

struct tap_spec {
    /// A listener's stdout: every byte as it came, also what the filters take out.
    bool conversation = false;
    /// Every piece that goes to the log …
    bool always = false;
    /// … or only while somebody subscribed to one of these types.
    core::event_set events = 0;
    shared_event_set wanted;
    std::int64_t capture_maxbytes = 0;  ///< > 0: capture mode, with a buffer of so many bytes
};

struct tapped_piece {
    enum class kind : std::uint8_t {
        output,   ///< one piece of output
        capture,  ///< one complete capture
    };
    kind what = kind::output;
    std::string bytes;
};

/// Counts what one tap has posted. The shard takes, the control thread gives back.
class tap_credit {
public:
    /// Bytes that may be posted and not yet taken.
    static constexpr std::size_t limit = 131072;
    /// Reading goes on when no more than so much is left, so that it does not stop and go.
    static constexpr std::size_t low = limit / 2;

    /// True: full now.
    bool take(std::size_t bytes) { return posted_.fetch_add(bytes) + bytes >= limit; }
    /// True: little is left, so that the shard must be told in case it has stopped reading.
    bool give_back(std::size_t bytes) {
        const auto before = posted_.fetch_sub(bytes);
        return before >= low && before - bytes < low;
    }
    bool is_full() const { return posted_.load() >= limit; }

private:
    std::atomic<std::size_t> posted_ = 0;
};

}  // namespace ringmaster::io

// A tap on a stream of the data plane: what the control thread wants to see of its bytes.
//
// Made by the fleet with the stream; most streams have none, and their bytes never leave their
// shard. What is posted and not yet taken by the control thread is bounded for each stream
// (byte_credit): past the bound the shard stops reading that stream, which slows its writer.
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

}  // namespace ringmaster::io

// How a drain shard learns what its pipes hold: the seam between the stream logic and the kernel.
//
// One engine belongs to one shard and is used on that shard's thread only. It watches descriptors
// that the shard owns, one at a time for each slot (a small number that names a stream), and knows
// nothing of logs. Two implementations: io_uring (ring_engine) and epoll (epoll_engine).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "core/result.hpp"
#include "io/drain.hpp"

namespace ringmaster::io {

using slot_id = std::uint32_t;

/// What a shard does with the engine's reports; all calls come from within engine::wait(). The
/// callee may watch and forget slots.
class engine_handler {
public:
    virtual ~engine_handler() = default;
    /// Bytes were read. They may be changed in place, and are gone after the call.
    virtual void on_bytes(slot_id slot, std::span<char> bytes) = 0;
    /// read(2) will not block; still watched. Asks for one read, or forget().
    virtual void on_readable(slot_id slot) = 0;
    /// End of file or an error of the pipe; no longer watched.
    virtual void on_end(slot_id slot) = 0;
    /// The slot that watch_writable() named can take bytes; no longer watched.
    virtual void on_writable(slot_id slot) = 0;
    /// The end of a forget() that could not be done at once.
    virtual void on_forgotten(slot_id slot) = 0;
};

class engine {
public:
    virtual ~engine() = default;

    virtual engine_kind kind() const = 0;

    /// Reports what arrives on the pipe, until on_end() or forget(); only by on_readable() until
    /// set_chatty(). The engine decides whether the pipe blocks, so nobody else may read it with a
    /// read that must not wait.
    virtual error_code watch(slot_id slot, int pipe) = 0;
    /// Reports once when `fd` can be written to.
    virtual error_code watch_writable(slot_id slot, int fd) = 0;
    /// Stops watching. True: done, the descriptor may be closed. False: bytes may still be
    /// reported; on_forgotten() follows, and only then may the descriptor be closed.
    virtual bool forget(slot_id slot) = 0;
    /// A chatty stream brings little at a time, but often: the engine may read ahead for it and
    /// report by on_bytes(). For all others one large read after on_readable() is the cheaper way.
    virtual void set_chatty(slot_id slot, bool chatty) = 0;

    /// Blocks until there is something to report, the wake_fd was written to or the time is over,
    /// and reports a bounded number of things. True: more is waiting to be reported.
    virtual bool wait(engine_handler& handler, std::optional<std::chrono::milliseconds> limit) = 0;
};

/// `wake_fd` is an eventfd that ends a wait; the engine reads it. It must outlive the engine.
result<std::unique_ptr<engine>> open_epoll_engine(int wake_fd);

struct engine_refusal {
    error_code code;
    std::string text;  ///< what was refused, for people
};
/// Must be called on the thread that will use the engine. `memory`: bytes for what the kernel has
/// read and nobody has dealt with yet; at least one buffer is taken.
result<std::unique_ptr<engine>, engine_refusal> open_ring_engine(int wake_fd, std::size_t memory);

}  // namespace ringmaster::io

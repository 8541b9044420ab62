// The engine on io_uring: one-shot polls, after which the shard reads, and for chatty streams
// multishot reads into buffers that the kernel picks (since Linux 6.7).
//
// A multishot read saves a system call for each small piece. For large pieces it is the dearer way:
// each goes into memory that is not in the processor's caches, while a shard that reads uses the
// same warm buffer again and again.
//
// Owned by a shard. At most one request of a slot is in the kernel at any time; a descriptor is
// given back to the shard only after that request's last completion, because a request in flight
// keeps the pipe open and may still take bytes out of it.
#pragma once

#include <vector>

#include "io/buffer_ring.hpp"
#include "io/ring.hpp"

namespace ringmaster::io {

struct ring_settings {
    bool multishot = true;        ///< where the kernel has it
    unsigned short buffers = 64;  ///< a power of two
};

class ring_engine final : public engine {
public:
    static result<std::unique_ptr<ring_engine>, engine_refusal> open(int wake_fd,
                                                                     ring_settings settings);

    engine_kind kind() const override { return engine_kind::uring; }
    /// Chatty streams are read by multishot reads.
    bool reads_ahead() const { return buffers_ != nullptr; }
    error_code watch(slot_id slot, int pipe) override;
    error_code watch_writable(slot_id slot, int fd) override;
    bool forget(slot_id slot) override;
    void set_chatty(slot_id slot, bool chatty) override;
    bool wait(engine_handler& handler, std::optional<std::chrono::milliseconds> limit) override;

private:
    enum class stage : std::uint8_t {
        idle,     // nothing is asked of the kernel
        queued,   // in orders_, the kernel does not know yet
        starved,  // a read ended because no buffer was left; asks again when some came back
        reading,  // a multishot read is in the kernel
        polling,  // a one-shot poll is in the kernel
    };
    struct watched {
        int fd = -1;
        stage now = stage::idle;
        bool writable = false;  // waits for room instead of bytes
        bool chatty = false;
        bool leaving = false;  // forget() was called; the last completion is still to come
    };
    struct order {
        slot_id slot;
        bool cancel;
    };

    ring_engine(std::unique_ptr<ring> kernel, std::unique_ptr<buffer_ring> buffers, int wake_fd)
        : buffers_(std::move(buffers)), kernel_(std::move(kernel)), wake_fd_(wake_fd) {}

    watched& begin(slot_id slot, int fd);
    void enqueue(slot_id slot);
    void feed_starved();
    void place_orders();
    void prepare(io_uring_sqe& sqe, slot_id slot);
    void listen_for_wake();
    std::size_t report(engine_handler& handler, const io_uring_cqe& completion);
    void report_read(engine_handler& handler, slot_id slot, const io_uring_cqe& completion);
    void report_poll(engine_handler& handler, slot_id slot);
    void after_read(engine_handler& handler, slot_id slot, int status);

    std::unique_ptr<buffer_ring> buffers_;  // outlives the ring; null: poll every stream
    std::unique_ptr<ring> kernel_;
    int wake_fd_;
    std::uint64_t wake_count_ = 0;
    bool wake_armed_ = false;
    std::vector<watched> slots_;
    std::vector<order> orders_;      // what the kernel is to be asked at the next wait
    std::vector<slot_id> starving_;  // in turn; entries whose slot is no longer starved are stale
};

}  // namespace ringmaster::io

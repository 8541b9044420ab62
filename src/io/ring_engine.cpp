#include "io/ring_engine.hpp"

#include <fcntl.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <bit>

#include "io/posix.hpp"

namespace ringmaster::io {
namespace {

/// Linux 6.7; liburing 2.3 has no name for it.
constexpr int op_read_multishot = 49;

constexpr unsigned queue_entries = 256;
constexpr unsigned completion_entries = 2048;
constexpr unsigned short buffer_group = 0;
/// Of the pieces of chatty streams. All buffers together fit into a processor's own cache.
constexpr std::size_t buffer_size = 4096;

/// Commands to the shard are seen between two batches. A poll may end in the reading of a full
/// pipe.
constexpr unsigned batch_size = 64;
constexpr std::size_t bytes_of_poll = 65536;
constexpr std::size_t batch_bytes = 8 * bytes_of_poll;

/// The upper half of user_data; the lower half is the slot.
enum class tag : std::uint32_t { stream, wake, cancel };

std::uint64_t user_data(tag kind, slot_id slot) {
    return static_cast<std::uint64_t>(kind) << 32 | slot;
}

}  // namespace

result<std::unique_ptr<engine>, engine_refusal> open_ring_engine(int wake_fd, std::size_t memory) {
    ring_settings settings;
    const auto most = std::bit_floor(std::max<std::size_t>(memory / buffer_size, 1));
    settings.buffers = static_cast<unsigned short>(std::min<std::size_t>(settings.buffers, most));
    auto made = ring_engine::open(wake_fd, settings);
    if (!made) return made.error();
    return std::unique_ptr<engine>(std::move(*made));
}

result<std::unique_ptr<ring_engine>, engine_refusal> ring_engine::open(int wake_fd,
                                                                       ring_settings settings) {
    auto kernel = ring::open(queue_entries, completion_entries);
    if (!kernel) return kernel.error();
    std::unique_ptr<buffer_ring> buffers;
    if (settings.multishot && (*kernel)->supports(op_read_multishot)) {
        auto provided = buffer_ring::open(**kernel, buffer_group, settings.buffers, buffer_size);
        if (provided) buffers = std::move(*provided);
    }
    return std::unique_ptr<ring_engine>(
        new ring_engine(std::move(*kernel), std::move(buffers), wake_fd));
}

error_code ring_engine::watch(slot_id slot, int pipe) {
    // The ring fails a read of a non-blocking descriptor instead of waiting for bytes.
    const int flags = ::fcntl(pipe, F_GETFL);
    if (flags < 0) return last_errno();
    if ((flags & O_NONBLOCK) != 0 && ::fcntl(pipe, F_SETFL, flags & ~O_NONBLOCK) != 0)
        return last_errno();
    begin(slot, pipe);
    return {};
}

error_code ring_engine::watch_writable(slot_id slot, int fd) {
    begin(slot, fd).writable = true;
    return {};
}

ring_engine::watched& ring_engine::begin(slot_id slot, int fd) {
    if (slot >= slots_.size()) slots_.resize(slot + 1);
    slots_[slot] = {};
    slots_[slot].fd = fd;
    enqueue(slot);
    return slots_[slot];
}

bool ring_engine::forget(slot_id slot) {
    if (slot >= slots_.size()) return true;
    watched& entry = slots_[slot];
    if (entry.now == stage::reading || entry.now == stage::polling) {
        if (!entry.leaving) orders_.push_back({slot, true});
        entry.leaving = true;
        return false;
    }
    entry = {};
    return true;
}

void ring_engine::set_chatty(slot_id slot, bool chatty) {
    watched& entry = slots_[slot];
    if (!chatty && entry.chatty && entry.now == stage::reading) orders_.push_back({slot, true});
    entry.chatty = chatty;
}

void ring_engine::enqueue(slot_id slot) {
    slots_[slot].now = stage::queued;
    orders_.push_back({slot, false});
}

void ring_engine::feed_starved() {
    // No more than there are buffers for, or those left over would fail again, and again.
    if (starving_.empty()) return;
    const auto fed = std::min<std::size_t>(starving_.size(), (buffers_->count() + 1U) / 2);
    for (std::size_t i = 0; i < fed; ++i)
        if (slots_[starving_[i]].now == stage::starved) enqueue(starving_[i]);
    starving_.erase(starving_.begin(), starving_.begin() + static_cast<std::ptrdiff_t>(fed));
}

void ring_engine::place_orders() {
    std::size_t placed = 0;
    for (; placed < orders_.size(); ++placed) {
        const auto [slot, cancel] = orders_[placed];
        watched& entry = slots_[slot];
        const bool in_kernel = entry.now == stage::reading || entry.now == stage::polling;
        if (cancel ? !in_kernel : entry.now != stage::queued) continue;  // overtaken by events
        io_uring_sqe* sqe = kernel_->try_sqe();
        if (sqe == nullptr) break;
        if (cancel) {
            ::io_uring_prep_cancel64(sqe, user_data(tag::stream, slot), 0);
            sqe->user_data = user_data(tag::cancel, slot);
        } else {
            prepare(*sqe, slot);
        }
    }
    orders_.erase(orders_.begin(), orders_.begin() + static_cast<std::ptrdiff_t>(placed));
}

void ring_engine::prepare(io_uring_sqe& sqe, slot_id slot) {
    watched& entry = slots_[slot];
    if (entry.writable || !entry.chatty || !buffers_) {
        ::io_uring_prep_poll_add(&sqe, entry.fd, entry.writable ? POLLOUT : POLLIN);
        entry.now = stage::polling;
    } else {
        ::io_uring_prep_rw(op_read_multishot, &sqe, entry.fd, nullptr, 0, 0);
        sqe.flags |= IOSQE_BUFFER_SELECT;
        sqe.buf_group = buffers_->group();
        entry.now = stage::reading;
    }
    sqe.user_data = user_data(tag::stream, slot);
}

void ring_engine::listen_for_wake() {
    if (wake_armed_) return;
    io_uring_sqe* sqe = kernel_->try_sqe();
    if (sqe == nullptr) return;
    ::io_uring_prep_read(sqe, wake_fd_, &wake_count_, sizeof wake_count_, 0);
    sqe->user_data = user_data(tag::wake, 0);
    wake_armed_ = true;
}

bool ring_engine::wait(engine_handler& handler, std::optional<std::chrono::milliseconds> limit) {
    listen_for_wake();
    feed_starved();
    place_orders();
    kernel_->submit_and_wait(limit);

    std::array<io_uring_cqe*, batch_size> batch;
    const unsigned ready = ::io_uring_peek_batch_cqe(&kernel_->raw(), batch.data(), batch_size);
    unsigned done = 0;
    for (std::size_t bytes = 0; done < ready && bytes < batch_bytes; ++done)
        bytes += report(handler, *batch[done]);
    ::io_uring_cq_advance(&kernel_->raw(), done);
    return kernel_->more_to_come() || !starving_.empty();
}

/// Answers about how many bytes were moved.
std::size_t ring_engine::report(engine_handler& handler, const io_uring_cqe& completion) {
    const auto slot = static_cast<slot_id>(completion.user_data);
    if (completion.user_data == user_data(tag::wake, 0)) wake_armed_ = false;
    if (completion.user_data != user_data(tag::stream, slot)) return 0;
    if (slots_[slot].now == stage::polling) {
        report_poll(handler, slot);
        return bytes_of_poll;
    }
    report_read(handler, slot, completion);
    return completion.res > 0 ? static_cast<std::size_t>(completion.res) : 0;
}

void ring_engine::report_poll(engine_handler& handler, slot_id slot) {
    const watched was = slots_[slot];
    slots_[slot].now = stage::idle;
    if (was.leaving || was.writable) slots_[slot] = {};
    if (was.leaving) return handler.on_forgotten(slot);
    if (was.writable) return handler.on_writable(slot);
    handler.on_readable(slot);
    // Unless the handler forgot the slot, or forgot it and asked for something else.
    if (slots_[slot].fd >= 0 && slots_[slot].now == stage::idle) enqueue(slot);
}

void ring_engine::report_read(engine_handler& handler, slot_id slot,
                              const io_uring_cqe& completion) {
    const int status = completion.res;
    const bool last = (completion.flags & IORING_CQE_F_MORE) == 0;
    const bool leaving = slots_[slot].leaving;
    if (last && !leaving) slots_[slot].now = stage::idle;
    if ((completion.flags & IORING_CQE_F_BUFFER) != 0) {
        const auto id = static_cast<unsigned short>(completion.flags >> IORING_CQE_BUFFER_SHIFT);
        if (status > 0)
            handler.on_bytes(slot, buffers_->bytes(id, static_cast<std::size_t>(status)));
        buffers_->recycle(id);
    }
    if (!last) return;
    if (leaving) {
        slots_[slot] = {};
        return handler.on_forgotten(slot);
    }
    if (slots_[slot].fd >= 0 && slots_[slot].now == stage::idle) after_read(handler, slot, status);
}

/// The multishot read is over, and the slot is still watched.
void ring_engine::after_read(engine_handler& handler, slot_id slot, int status) {
    switch (status) {
        case 0:  // end of file
            slots_[slot] = {};
            return handler.on_end(slot);
        case -ENOBUFS: slots_[slot].now = stage::starved; return starving_.push_back(slot);
        case -ECANCELED:  // by set_chatty()
            return enqueue(slot);
        default:
            // Positive: the kernel ends a multishot when it likes. Any error: let a plain read(2)
            // find out what is wrong.
            if (status < 0) slots_[slot].chatty = false;
            return enqueue(slot);
    }
}

}  // namespace ringmaster::io

// What a stream waits for next: bytes, room in its log, its turn, memory, or nothing any more.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "io/stream_state.hpp"

namespace ringmaster::io {

void stream_table::on_end(slot_id slot) {
    slots_[slot]->pipe.reset();
    slots_[slot]->ended = true;
    on_forgotten(slot);
}

void stream_table::on_forgotten(slot_id slot) {
    slots_[slot]->watched = false;
    settle(*slots_[slot]);
}

/// What has room now is used at once, before the next one in line may look.
void stream_table::on_writable(slot_id slot) {
    stream& source = *slots_[slot];
    source.watched = source.in_line = false;
    const auto next = lines_.leave(source.log.target(), source.id);
    turn_ = source.id;
    if (source.backlog) {
        const std::size_t done = source.log.write(*source.backlog, *this);
        source.backlog->erase(0, done);
        if (source.backlog->empty()) {
            source.backlog.reset();
            give_back_credit(source);
        }
    } else if (!source.finishing && !source.paused && !must_wait_for_memory(source)) {
        const auto wanted = std::min(room_for(source), bytes_in(source.pipe));
        if (wanted > 0) (void)take(source, wanted);
    }
    settle(source);
    turn_ = 0;
    call_up(next);
}

/// The engine lets go of the stream; settle() decides when it is watched again.
void stream_table::pause(stream& source) {
    if (source.finishing) return;  // drained() ends where it does
    if (source.watched && engine_.forget(source.slot)) on_forgotten(source.slot);
}

/// Decides what happens next to a stream that the engine does not watch. May end the stream.
void stream_table::settle(stream& source) {
    leave_line(source);
    for (;;) {
        if (source.backlog) {
            if (!source.abandoned) return wait_for_room(source);
            drop_backlog(source, "nobody reads it");
        }
        if (!source.finishing) {
            if (source.pipe && !source.paused) go_on(source);
            if (!source.ended) return;
            if (flushed(source)) return tell_end(source);
            continue;
        }
        if (drained(source) && flushed(source)) return close(source);
        if (!source.backlog) return wait(source);
    }
}

/// Whether what is read may have to wait: then no more is read than is taken at once. A target that
/// is full, or a slow reader of a tap, would otherwise make the daemon hold a record of each
/// stream.
bool stream_table::can_wait(const stream& source) {
    return source.tap || source.log.can_be_full();
}

/// How much may be read for a stream now.
std::size_t stream_table::room_for(const stream& source) const {
    if (source.abandoned || !source.log.can_be_full()) return scratch_.size();
    if (source.id != turn_ && !lines_.is_empty(source.log.target())) return 0;
    return source.log.room();
}

/// What the control thread has not taken yet is all that it may be: the stream is parked.
bool stream_table::must_wait_for_memory(const stream& source) const {
    return !source.abandoned && source.tap && source.tap->is_open() && budget_->is_full();
}

void stream_table::go_on(stream& source) {
    if (must_wait_for_memory(source))
        wait(source);
    else
        watch(source);
}

void stream_table::wait(stream& source) {
    if (must_wait_for_memory(source))
        parked_.push_back(source.id);
    else
        wait_for_room(source);
}

void stream_table::resume_parked() {
    for (const stream_id id : std::exchange(parked_, {})) {
        stream* source = find(id);
        if (source != nullptr && !source->watched) settle(*source);
    }
}

void stream_table::watch(stream& source) {
    source.chatty = false;
    source.small_reads = 0;
    const error_code failed = engine_.watch(source.slot, source.pipe.get());
    source.watched = !failed;
    if (!failed) return;
    write(core::log_level::error,
          fmt::format("could not read the output for {}: {}", source.log.path(), failed.message()));
    source.pipe.reset();
}

void stream_table::wait_for_room(stream& source) {
    source.watched = source.in_line = true;
    if (lines_.join(source.log.target(), source.id)) call_up(source.id);
}

void stream_table::leave_line(stream& source) {
    if (!std::exchange(source.in_line, false)) return;
    call_up(lines_.leave(source.log.target(), source.id));
}

/// The engine watches for the one who is first in line now.
void stream_table::call_up(std::optional<stream_id> next) {
    while (next) {
        stream& source = *find(*next);
        const error_code failed = engine_.watch_writable(source.slot, source.log.descriptor());
        if (!failed) return;
        source.watched = source.in_line = false;
        source.abandoned = true;  // there is no way to wait for the target
        if (source.backlog) drop_backlog(source, failed.message());
        next = lines_.leave(source.log.target(), source.id);
        settle(source);
    }
}

void stream_table::drop_backlog(stream& source, std::string_view why) {
    source.log.drop(source.backlog->size(), why, *this);
    source.backlog.reset();
    give_back_credit(source);
}

/// Moves what the pipe held at the first call, and no more, so that a grandchild that goes on
/// writing cannot hold up the end. False if the log is full: call again when there is room.
bool stream_table::drained(stream& source) {
    if (!source.pipe) return true;
    if (source.last_bytes < 0) source.last_bytes = static_cast<std::int64_t>(bytes_in(source.pipe));
    while (source.last_bytes > 0) {
        const auto wanted = std::min(
            {static_cast<std::size_t>(source.last_bytes), scratch_.size(), room_for(source)});
        if (wanted == 0 || must_wait_for_memory(source)) return false;
        const ssize_t got = ::read(source.pipe.get(), scratch_.data(), wanted);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return true;
        bytes_read_.fetch_add(static_cast<std::uint64_t>(got), std::memory_order_relaxed);
        source.last_bytes -= got;
        deliver(source, {scratch_.data(), static_cast<std::size_t>(got)});
        if (source.backlog) return false;
    }
    return true;
}

/// Writes what the tap holds back. False: as drained().
bool stream_table::flushed(stream& source) {
    if (source.tap) deliver_tapped(source, source.tap->rest(source.strip_ansi));
    return !source.backlog;
}

void stream_table::tell_end(stream& source) {
    if (std::exchange(source.answer, false)) answers_.finished.push_back(source.id);
}

void stream_table::close(stream& source) {
    source.log.close(*this);
    tell_end(source);
    slots_[source.slot] = nullptr;
    free_slots_.push_back(source.slot);
    streams_.erase(source.id);
}

}  // namespace ringmaster::io

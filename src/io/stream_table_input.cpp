// From a stream's pipe through its filters to the log and the tap.
#include <unistd.h>

#include <algorithm>

#include "core/ansi.hpp"
#include "io/stream_state.hpp"
#include "io/syslog_lines.hpp"

namespace ringmaster::io {
namespace {

/// Of one stream, before the others have their turn.
constexpr int packets_at_once = 64;

/// So many reads in a row that bring less than that make a stream chatty.
constexpr std::uint8_t chatty_after = 8;
constexpr std::size_t small_read = 4096;

std::uint32_t window_of(gather::clock::time_point now) {
    return static_cast<std::uint32_t>(now.time_since_epoch() / gather::longest_period);
}

}  // namespace

void stream_table::give_back_credit(stream& source) {
    if (!source.credit) return;
    const auto bytes = std::exchange(source.unwritten, 0);
    if (source.credit->give_back(bytes)) answers_.room.push_back(source.id);
}

void stream_table::on_bytes(slot_id slot, std::span<char> bytes) {
    count_load(*slots_[slot], bytes.size());
    deliver(*slots_[slot], bytes);
}

void stream_table::on_readable(slot_id slot) {
    stream& source = *slots_[slot];
    if (must_wait_for_memory(source)) return pause(source);
    const auto room = room_for(source);
    if (room == 0 && bytes_in(source.pipe) > 0) {
        if (engine_.forget(slot)) wait_for_room(source);
        return;
    }
    // Without room: only the end of the pipe is left.
    if (!take(source, std::max<std::size_t>(room, 1))) {
        engine_.forget(slot);
        return on_end(slot);
    }
    for (int taken = 1; taken < packets_at_once && has_more(source); ++taken)
        (void)take(source, room_for(source));
}

/// A pipe of packets gives them one by one, however much is asked for. Without this each would wait
/// while output gathers.
bool stream_table::has_more(const stream& source) const {
    return can_wait(source) && !source.paused && !source.in_line && !source.backlog &&
           !must_wait_for_memory(source) && room_for(source) > 0 && bytes_in(source.pipe) > 0;
}

/// One read and what follows from it. False: the pipe is at its end.
bool stream_table::take(stream& source, std::size_t wanted) {
    const ssize_t got =
        ::read(source.pipe.get(), scratch_.data(), std::min(wanted, scratch_.size()));
    if (got <= 0) return got < 0 && (errno == EAGAIN || errno == EINTR);
    const auto size = static_cast<std::size_t>(got);
    count_load(source, size);
    deliver(source, {scratch_.data(), size});
    return true;
}

void stream_table::begin_batch() {
    if (!now_) now_ = clock::now();
    if (!std::exchange(in_batch_, true)) gather_.on_batch(*now_);
}

void stream_table::count_load(stream& source, std::size_t bytes) {
    bytes_read_.fetch_add(bytes, std::memory_order_relaxed);
    begin_batch();
    gather_.on_read();
    const std::uint32_t window = window_of(*now_);
    if (window != source.window) {
        source.window = window;
        source.window_bytes = 0;
    }
    source.window_bytes += static_cast<std::uint32_t>(bytes);
    const bool hot = source.window_bytes >= source.hot_bytes;
    if (hot) gather_.on_hot(*now_);
    judge_chatty(source, !hot && bytes < small_read);
}

/// Where reading may have to wait, the engine must not read ahead.
void stream_table::judge_chatty(stream& source, bool small) {
    if (can_wait(source)) return;
    if (!small)
        source.small_reads = 0;
    else if (source.small_reads < chatty_after)
        ++source.small_reads;
    const bool chatty = source.small_reads == chatty_after;
    if (chatty != source.chatty) engine_.set_chatty(source.slot, source.chatty = chatty);
}

/// The chain of filters and the log: `bytes` is one piece as it came from the pipe.
void stream_table::deliver(stream& source, std::span<char> bytes) {
    if (source.tap && source.tap->is_open()) {
        return deliver_tapped(source, source.tap->split(bytes, source.strip_ansi));
    }
    if (source.strip_ansi) bytes = bytes.first(core::strip_ansi(bytes));
    write_log(source, {bytes.data(), bytes.size()});
}

void stream_table::deliver_tapped(stream& source, std::vector<stream_tap::piece> pieces) {
    for (auto& piece : pieces) {
        if (piece.to_log) write_log(source, piece.bytes);
        if (piece.to_control) post(source, *piece.to_control, std::move(piece.bytes));
    }
}

void stream_table::write_log(stream& source, std::string_view bytes) {
    if (bytes.empty()) return;
    if (!source.syslog_name.empty()) send_to_syslog(source.syslog_name, bytes);
    if (source.backlog) {
        source.backlog->append(bytes);
        return;
    }
    const std::size_t done = source.log.write(bytes, *this);
    if (done == bytes.size()) return;
    source.backlog = std::make_unique<std::string>(bytes.substr(done));
    pause(source);
}

void stream_table::post(stream& source, tapped_piece::kind what, std::string bytes) {
    const auto size = bytes.size();
    answers_.tapped.push_back({source.id, {what, std::move(bytes)}, source.tap->credit(), budget_});
    budget_->take(size);
    if (!source.tap->credit()->take(size) || source.paused) return;
    source.paused = true;
    pause(source);
}

}  // namespace ringmaster::io

#include "io/stream_table.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "core/ansi.hpp"
#include "io/posix.hpp"
#include "io/syslog_lines.hpp"

namespace ringmaster::io {
namespace {

/// The largest record, as in Supervisor.
constexpr std::size_t record_limit = 131072;

/// 0 also if there is no pipe.
std::size_t bytes_in(const unique_fd& pipe) {
    int held = 0;
    return ::ioctl(pipe.get(), FIONREAD, &held) == 0 ? static_cast<std::size_t>(held) : 0;
}

std::uint32_t window_of(gather::clock::time_point now) {
    return static_cast<std::uint32_t>(now.time_since_epoch() / gather::period);
}

}  // namespace

struct stream_table::stream {
    stream(stream_id name, slot_id place, stream_spec spec)
        : id(name),
          log(std::move(spec.log)),
          slot(place),
          pipe(std::move(spec.pipe)),
          syslog_name(std::move(spec.syslog_name)),
          credit(std::move(spec.credit)),
          strip_ansi(spec.strip_ansi) {
        if (spec.tap) tap = std::make_unique<stream_tap>(std::move(*spec.tap));
        // A quarter of the pipe: small writes may take a page each, and the pipe of a user who has
        // many is smaller than usual.
        const int capacity = ::fcntl(pipe.get(), F_GETPIPE_SZ);
        hot_bytes = capacity > 0 ? static_cast<std::uint32_t>(capacity) / 4 : 16384;
    }

    stream_id id;
    log_file log;
    std::unique_ptr<stream_tap> tap;
    std::unique_ptr<std::string> backlog;  // what the log could not take; reading pauses
    std::int64_t last_bytes = -1;          // finish(): so many are still to be read; -1: ask
    std::uint32_t hot_bytes;               // in one gathering period
    std::uint32_t window = 0;              // the period that window_bytes belongs to
    std::uint32_t window_bytes = 0;
    slot_id slot;
    unique_fd pipe;
    std::string syslog_name;
    std::shared_ptr<byte_credit> credit;  // of what is appended
    std::size_t unwritten = 0;            // appended bytes whose credit is not given back
    bool strip_ansi;
    bool paused = false;   // the tap is full
    bool watched = false;  // the engine holds the pipe or the log, or will when its turn comes
    bool in_line = false;  // waits for room in the log; without a backlog, the pipe holds bytes
    bool hot = false;
    bool ended = false;  // nobody can write to the pipe any more
    bool finishing = false;
    bool answer = true;      // the end is to be told
    bool abandoned = false;  // finishing took too long: drop what the log does not take
};

stream_table::stream_table(engine& kernel, std::atomic<std::uint64_t>& bytes_read,
                           std::shared_ptr<memory_budget> budget, clock::duration patience)
    : engine_(kernel),
      bytes_read_(bytes_read),
      budget_(std::move(budget)),
      patience_(patience),
      scratch_(record_limit) {}

stream_table::~stream_table() = default;

void stream_table::write(core::log_level level, std::string_view text) {
    answers_.notes.push_back({level, std::string(text)});
}

stream_table::stream* stream_table::find(stream_id id) {
    const auto found = streams_.find(id);
    return found == streams_.end() ? nullptr : found->second.get();
}

slot_id stream_table::take_slot() {
    if (free_slots_.empty()) {
        slots_.push_back(nullptr);
        return static_cast<slot_id>(slots_.size() - 1);
    }
    const slot_id slot = free_slots_.back();
    free_slots_.pop_back();
    return slot;
}

void stream_table::add(stream_id id, stream_spec spec) {
    const slot_id slot = take_slot();
    auto made = std::make_unique<stream>(id, slot, std::move(spec));
    slots_[slot] = made.get();
    if (made->pipe) watch(*made);
    streams_.emplace(id, std::move(made));
}

void stream_table::finish(stream_id id) {
    stream* source = find(id);
    if (source == nullptr) return;
    if (std::exchange(source->finishing, true)) return;
    deadlines_.push_back({clock::now() + patience_, id});
    if (source->backlog) return;  // goes on when there is room
    if (source->watched && !engine_.forget(source->slot)) return;
    source->watched = false;
    settle(*source);
}

void stream_table::finish_all() {
    std::vector<stream_id> all;
    all.reserve(streams_.size());
    for (const auto& [id, source] : streams_) {
        source->answer &= source->finishing;
        all.push_back(id);
    }
    for (const stream_id id : all) finish(id);
}

void stream_table::append(stream_id id, std::string bytes) {
    stream* source = find(id);
    if (source == nullptr) return;
    begin_batch();
    bytes_read_.fetch_add(bytes.size(), std::memory_order_relaxed);
    source->unwritten += bytes.size();
    if (source->strip_ansi) bytes.resize(core::strip_ansi(bytes));
    write_log(*source, bytes);
    if (!source->backlog)
        give_back_credit(*source);
    else if (!source->watched)
        settle(*source);
}

void stream_table::read_from(stream_id id, unique_fd pipe) {
    stream* source = find(id);
    if (source == nullptr) return;
    source->pipe = std::move(pipe);
    if (!source->watched) settle(*source);
}

void stream_table::give_back_credit(stream& source) {
    if (!source.credit) return;
    const auto bytes = std::exchange(source.unwritten, 0);
    if (source.credit->give_back(bytes)) answers_.room.push_back(source.id);
}

void stream_table::resume(stream_id id) {
    stream* source = find(id);
    if (source == nullptr || source->tap->credit()->is_full()) return;
    if (!std::exchange(source->paused, false)) return;
    if (!source->watched && !source->finishing) settle(*source);
}

void stream_table::reopen_all() {
    for (auto& [id, source] : streams_) source->log.reopen(*this);
}

void stream_table::clear(stream_id id, std::function<void(error_code)> done) {
    stream* source = find(id);
    if (source != nullptr && source->tap) source->tap->drop_captured();
    answers_.cleared.emplace_back(std::move(done),
                                  source != nullptr ? source->log.clear() : posix_error(ENOENT));
}

gather::clock::duration stream_table::end_pass(bool more) {
    now_.reset();
    if (more || !std::exchange(in_batch_, false)) return clock::duration::zero();
    return gather_.delay(clock::now());
}

std::optional<std::chrono::milliseconds> stream_table::expire() {
    while (!deadlines_.empty()) {
        stream* source = find(deadlines_.front().id);
        if (source != nullptr) {
            const auto left = deadlines_.front().when - clock::now();
            if (left > clock::duration::zero())
                return std::chrono::ceil<std::chrono::milliseconds>(left);
            source->abandoned = true;
            if (!source->watched || engine_.forget(source->slot)) {
                source->watched = false;
                settle(*source);
            }
        }
        deadlines_.pop_front();
    }
    return std::nullopt;
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
    if (take(source, std::max<std::size_t>(room, 1))) return;
    engine_.forget(slot);
    on_end(slot);
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

void stream_table::begin_batch() {
    if (!now_) now_ = clock::now();
    if (!std::exchange(in_batch_, true)) gather_.on_batch(*now_);
}

void stream_table::count_load(stream& source, std::size_t bytes) {
    bytes_read_.fetch_add(bytes, std::memory_order_relaxed);
    begin_batch();
    const std::uint32_t window = window_of(*now_);
    if (window != source.window) {
        const bool quiet = window - source.window > 1 || source.window_bytes < source.hot_bytes / 4;
        if (source.hot && quiet && !can_wait(source))
            engine_.set_hot(source.slot, source.hot = false);
        source.window = window;
        source.window_bytes = 0;
    }
    source.window_bytes += static_cast<std::uint32_t>(bytes);
    if (source.window_bytes < source.hot_bytes) return;
    gather_.on_hot(*now_);
    if (!source.hot) engine_.set_hot(source.slot, source.hot = true);
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
    source.hot = can_wait(source);
    const error_code failed = engine_.watch(source.slot, source.pipe.get(), source.hot);
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

// What the control thread orders, and the time.
#include "io/stream_table.hpp"

#include <algorithm>

#include "core/ansi.hpp"
#include "io/posix.hpp"
#include "io/stream_state.hpp"

namespace ringmaster::io {
namespace {

/// The largest record, as in Supervisor.
constexpr std::size_t record_limit = 131072;

}  // namespace

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
    begin_batch();  // while a fleet starts, new streams gather, too
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
                                  source != nullptr ? source->log.clear() : posix_error(ECANCELED));
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

}  // namespace ringmaster::io

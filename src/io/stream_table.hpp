// The streams of one drain shard: from pipe through filters to log file.
//
// Owned by a shard and used on its thread only. Reacts to the engine's reports and the control
// thread's commands; never blocks except in write(2) to a regular file. A log that cannot take
// bytes now (a full pipe behind /dev/stdout) stops the reading of its own stream, nobody else's;
// streams that wait for the same one take turns (io/room_queue).
//
// A tapped stream whose bytes the control thread has not taken yet is not read on: it slows its
// writer, and the memory of the daemon does not grow.
//
// A stream is watched by the engine for exactly one thing at a time, bytes to read or room to
// write; whatever is to happen next is decided in settle() when the engine has let go of it.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/log.hpp"
#include "io/engine.hpp"
#include "io/gather.hpp"
#include "io/log_file.hpp"
#include "io/memory_budget.hpp"
#include "io/room_queue.hpp"
#include "io/stream_tap.hpp"

namespace ringmaster::io {

/// What a shard has to tell the control thread; collected, and handed over once a pass.
struct drain_answers {
    struct tapped_bytes {
        stream_id id;
        tapped_piece piece;
        std::shared_ptr<byte_credit> credit;    ///< given back when the piece is dealt with,
        std::shared_ptr<memory_budget> budget;  ///< and this, too
    };

    std::vector<core::log_line> notes;
    std::vector<tapped_bytes> tapped;
    std::vector<stream_id> room;
    std::vector<stream_id> finished;
    std::vector<std::pair<std::function<void(error_code)>, error_code>> cleared;

    bool empty() const {
        return notes.empty() && tapped.empty() && room.empty() && finished.empty() &&
               cleared.empty();
    }
};

class stream_table final : public engine_handler, private core::log_sink {
public:
    using clock = gather::clock;

    /// How long finish() waits for the reader of a full pipe before it drops what is left.
    static constexpr clock::duration usual_patience = std::chrono::seconds(2);

    /// Counts in `bytes_read`, which must outlive it, what it takes out of pipes: before it is
    /// written, so that others can see whether the table is at work or stuck in a write.
    stream_table(engine& kernel, std::atomic<std::uint64_t>& bytes_read,
                 std::shared_ptr<memory_budget> budget, clock::duration patience = usual_patience);
    ~stream_table() override;

    void add(stream_id id, stream_spec spec);
    /// Ends the stream when what its pipe holds now is in the log, and closes that. A stream is
    /// among the finished once: then, or before, when nobody can write to the pipe any more. Its
    /// log can be reopened and cleared until finish().
    void finish(stream_id id);
    /// Nobody is told of the ends that this brings about.
    void finish_all();
    /// Bytes for the log of a stream that did not come through its pipe.
    void append(stream_id id, std::string bytes);
    /// The pipe of a stream that had none.
    void read_from(stream_id id, unique_fd pipe);
    /// A tap that was full has room again.
    void resume(stream_id id);
    /// The memory budget, which was used up, has room again.
    void resume_parked();
    void reopen_all();
    void clear(stream_id id, std::function<void(error_code)> done);
    bool empty() const { return streams_.empty(); }

    /// To be called after engine::wait(), which has said whether `more` waits to be reported.
    /// Answers how long to let output gather before the next wait.
    clock::duration end_pass(bool more);
    /// Gives up the finishing streams whose time is over; answers when to call it again.
    std::optional<std::chrono::milliseconds> expire();
    drain_answers take_answers() { return std::exchange(answers_, {}); }

    void on_bytes(slot_id slot, std::span<char> bytes) override;
    void on_readable(slot_id slot) override;
    void on_end(slot_id slot) override;
    void on_writable(slot_id slot) override;
    void on_forgotten(slot_id slot) override;

private:
    struct stream;

    void write(core::log_level level, std::string_view text) override;
    bool enabled(core::log_level) const override { return true; }

    stream* find(stream_id id);
    slot_id take_slot();
    void begin_batch();
    void count_load(stream& source, std::size_t bytes);
    void judge_chatty(stream& source, bool small);
    void deliver(stream& source, std::span<char> bytes);
    void deliver_tapped(stream& source, std::vector<stream_tap::piece> pieces);
    void write_log(stream& source, std::string_view bytes);
    void give_back_credit(stream& source);
    void post(stream& source, tapped_piece::kind what, std::string bytes);
    void pause(stream& source);
    void settle(stream& source);
    static bool can_wait(const stream& source);
    std::size_t room_for(const stream& source) const;
    bool must_wait_for_memory(const stream& source) const;
    void go_on(stream& source);
    void wait(stream& source);
    void watch(stream& source);
    void wait_for_room(stream& source);
    void leave_line(stream& source);
    void call_up(std::optional<stream_id> next);
    bool take(stream& source, std::size_t wanted);
    bool has_more(const stream& source) const;
    void drop_backlog(stream& source, std::string_view why);
    bool drained(stream& source);
    bool flushed(stream& source);
    void tell_end(stream& source);
    void close(stream& source);

    struct deadline {
        clock::time_point when;
        stream_id id;
    };

    engine& engine_;
    std::atomic<std::uint64_t>& bytes_read_;
    std::shared_ptr<memory_budget> budget_;
    clock::duration patience_;
    room_queue lines_;
    stream_id turn_ = 0;             // whose turn it is in its line, while on_writable() is at work
    std::vector<stream_id> parked_;  // until the budget has room; some are long gone
    std::unordered_map<stream_id, std::unique_ptr<stream>> streams_;
    std::vector<stream*> slots_;
    std::vector<slot_id> free_slots_;
    std::deque<deadline> deadlines_;  // one for each finish(), in order; some are long done
    std::vector<char> scratch_;
    drain_answers answers_;
    gather gather_;
    std::optional<clock::time_point> now_;  // of this pass; read when its batch begins
    bool in_batch_ = false;  // a batch is all that is reported without letting output gather
};

}  // namespace ringmaster::io

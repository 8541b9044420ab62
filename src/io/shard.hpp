// One thread of the data plane: its engine, its streams, and the queue of commands to it.
//
// Owned by the drain. start(), push() and join() are for the control thread; everything else
// happens on the shard's own thread. The thread sleeps in the kernel until a pipe, a command or
// the deadline of a finish() wakes it; it blocks all signals. It keeps its shard alive: a thread
// that is stuck in a write(2) may have to be left behind.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

#include "io/engine.hpp"
#include "io/stream_table.hpp"
#include "io/unique_fd.hpp"

namespace ringmaster::io {

struct add_stream {
    stream_id id;
    stream_spec spec;
};
struct finish_streams {
    std::vector<stream_id> ids;
};
/// See drain::append().
struct append_output {
    stream_id id;
    std::string bytes;
};
/// See drain::read_from().
struct hand_over_pipe {
    stream_id id;
    unique_fd pipe;
};
/// The control thread has taken what a tap posted.
struct resume_stream {
    stream_id id;
};
/// The memory budget has room again.
struct resume_parked {};
struct reopen_logs {};
struct clear_log {
    stream_id id;
    std::function<void(error_code)> done;
};
/// Finishes every stream, then ends the thread.
struct stop_shard {};

using shard_command =
    std::variant<add_stream, append_output, hand_over_pipe, finish_streams, resume_stream,
                 resume_parked, reopen_logs, clear_log, stop_shard>;

class shard : public std::enable_shared_from_this<shard> {
public:
    /// Hands answers to the control thread; called on the shard's thread.
    using answer_sink = std::function<void(shard&, drain_answers)>;

    shard(answer_sink answer, std::shared_ptr<memory_budget> budget)
        : answer_(std::move(answer)), budget_(std::move(budget)) {}
    shard(const shard&) = delete;
    shard& operator=(const shard&) = delete;

    /// Starts the thread `drain-<number>`, and waits until it has its engine or cannot have it.
    /// `memory`: bytes for the engine's own buffers.
    result<void, engine_refusal> start(engine_kind kind, unsigned number, std::size_t memory);
    void push(shard_command command);
    /// Pushes a command that may wait until a pause is over in which output gathers.
    void push_lazily(append_output command);
    void push_lazily(add_stream command);
    /// Finishes every stream, then ends the thread. No command may follow.
    void request_stop();
    /// Waits until the thread has ended; once, after request_stop(). False: it has not read a byte
    /// for so long as `patience`, and is left behind. It still does its work if it comes back.
    bool join(std::chrono::milliseconds patience);

    std::uint64_t passes() const { return passes_.load(std::memory_order_relaxed); }
    std::uint64_t bytes_read() const { return bytes_read_.load(std::memory_order_relaxed); }

private:
    using readiness = std::promise<result<void, engine_refusal>>;

    void live(engine_kind kind, std::size_t memory, readiness ready);
    void run(engine& kernel);
    void execute(stream_table& streams);
    template <class Enqueue>
    void push_unless_pausing(Enqueue enqueue);
    void wake() const;
    void pause(gather::clock::duration time);
    void publish(stream_table& streams);

    answer_sink answer_;
    std::shared_ptr<memory_budget> budget_;
    unique_fd wake_;
    std::thread thread_;
    std::mutex lock_;  // guards what follows
    std::condition_variable end_;
    std::vector<shard_command> commands_;
    bool woken_ = false;    // since the commands were taken last
    bool urgent_ = false;   // among the commands is one that ends a pause
    bool pausing_ = false;  // the commands will be looked at without being woken
    bool ended_ = false;
    bool stopping_ = false;
    std::chrono::steady_clock::time_point stop_requested_;  // of the control thread
    std::uint64_t read_before_stop_ = 0;                    // of the control thread
    std::atomic<std::uint64_t> passes_ = 0;
    std::atomic<std::uint64_t> bytes_read_ = 0;
};

}  // namespace ringmaster::io

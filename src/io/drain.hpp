// The data plane: moves the bytes that children write from their pipes into their log files.
//
// Owned by the fleet (control thread). Each shard is a thread of its own with its own engine
// (io_uring or epoll), and needs the control thread for nothing while bytes flow. All calls here
// are made by the control thread; they queue a command for the stream's shard and return at once.
// Commands of one stream are carried out in the order in which they were given. Answers arrive on
// the control thread through `drain_listener`.
//
// The control thread sees the bytes of a stream only through a tap (io/tap), which it orders for
// the streams that somebody looks into.
//
// The data plane never decides about processes, never decodes bytes and never blocks the control
// thread: a slow disk delays only the streams of its shard.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/log.hpp"
#include "core/result.hpp"
#include "io/tap.hpp"
#include "io/unique_fd.hpp"

namespace ringmaster::io {

enum class engine_kind : std::uint8_t { uring, epoll };
enum class engine_choice : std::uint8_t { automatic, uring, epoll };

/// Names one opened stream; never reused during the life of a drain. 0 names none.
using stream_id = std::uint64_t;

/// An open log file and what rotating and reopening it needs.
struct log_target {
    unique_fd file;  ///< opened for append (or write-only for a pipe); empty: discard
    std::string path;
    std::int64_t maxbytes = 0;  ///< rotate when the position reaches it; <= 0: never
    int backups = 0;
};

struct stream_spec {
    unique_fd pipe;  ///< read end; the drain sets or clears O_NONBLOCK as its engine needs
    log_target log;
    bool strip_ansi = false;
    std::optional<tap_spec> tap =
        std::nullopt;  ///< none: the control thread sees nothing of the bytes
};

/// Receives the data plane's answers, always on the control thread. Must outlive the drain.
class drain_listener {
public:
    virtual ~drain_listener() = default;
    /// Bytes of a stream that was added with a tap; in order, and before the stream's end.
    virtual void on_tapped(stream_id id, const tapped_piece& piece) = 0;
    /// `finish(id)` is done: what the pipe held is in the log; pipe and log are closed.
    virtual void on_stream_finished(stream_id id) = 0;
    /// Something an operator should know: a log that cannot be written, bytes dropped.
    virtual void on_drain_message(core::log_level level, const std::string& text) = 0;
};

struct drain_options {
    engine_choice engine = engine_choice::automatic;
    unsigned threads = 1;  ///< shards, 1 … 64
};

/// Sums over all shards since the start; for tests and metrics.
struct drain_statistics {
    std::uint64_t passes = 0;  ///< turns of the shards' loops: an idle drain makes none
    std::uint64_t bytes_read = 0;
};

class drain {
public:
    /// Runs a function on the control thread; callable from any thread.
    using poster = std::function<void(std::function<void()>)>;

    /// Starts the shard threads. Fails only if the engine that was asked for by name cannot be
    /// had, or no thread can be made; `automatic` falls back to epoll.
    static result<std::unique_ptr<drain>> open(const drain_options& options, poster post,
                                               drain_listener& listener);
    virtual ~drain() = default;

    virtual engine_kind engine() const = 0;
    /// Why `automatic` did not get io_uring; empty if it did.
    virtual std::string fallback_reason() const = 0;

    /// Starts draining. End of file closes the pipe by itself; the log stays open until finish().
    virtual stream_id add(stream_spec spec) = 0;
    /// Reads what the pipe holds now (even if a grandchild keeps it open), writes it to the log,
    /// closes both, and answers with on_stream_finished(). If the log is a full pipe, waits for
    /// its reader, at most two seconds; then the rest is dropped, counted and reported.
    virtual void finish(stream_id id) = 0;
    /// Closes and reopens every stream's log file by its path (SIGUSR2).
    virtual void reopen_all() = 0;
    /// Removes the stream's log file and opens a new one; `done` runs on the control thread.
    /// ENOENT: the stream is finished. Pipes and devices are left alone, successfully.
    virtual void clear(stream_id id, std::function<void(error_code)> done) = 0;
    /// Ends the threads after carrying out the commands given so far. Streams that were not
    /// finished are drained of what their pipes hold. Idempotent; called by the destructor too.
    virtual void stop() = 0;
    virtual drain_statistics statistics() const = 0;
};

}  // namespace ringmaster::io

// The data plane: moves the bytes that children write from their pipes into their log files.
//
// Owned by io/children (control thread). Each shard is a thread of its own with its own engine
// (io_uring or epoll), and needs the control thread for nothing while bytes flow. All calls here
// are made by the control thread; they queue a command for the stream's shard and return at once.
// Commands of one stream are carried out in the order in which they were given. Answers arrive on
// the control thread through `drain_listener`.
//
// The control thread sees the bytes of a stream only through a tap (io/tap), which it orders for
// the streams that somebody looks into.
//
// The data plane never decides about processes, never decodes bytes and never blocks the control
// thread. Each file system has shards of its own (io/placement): a disk that is slow, or hangs,
// delays only the streams that write to it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/log.hpp"
#include "core/result.hpp"
#include "io/byte_credit.hpp"
#include "io/tap.hpp"
#include "io/unique_fd.hpp"

namespace ringmaster::io {

class disk_calls;

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
    disk_calls* disk = nullptr;  ///< none: the usual calls. Must outlive the drain
};

struct stream_spec {
    /// Read end; the drain sets or clears O_NONBLOCK as its engine needs. Empty: its bytes are
    /// given by append(), until read_from() brings a pipe.
    unique_fd pipe;
    log_target log;
    bool strip_ansi = false;
    std::optional<tap_spec> tap =
        std::nullopt;              ///< none: the control thread sees nothing of the bytes
    std::string syslog_name = {};  ///< what goes to the log goes to syslog, too, by this name
    /// Counts what is appended and not in the log yet; append() takes, the shard gives back.
    std::shared_ptr<byte_credit> credit = nullptr;
};

/// Receives the data plane's answers, always on the control thread. Must outlive the drain.
class drain_listener {
public:
    virtual ~drain_listener() = default;
    /// Bytes of a stream that was added with a tap; in order, and before the stream's end.
    virtual void on_tapped(stream_id id, const tapped_piece& piece) = 0;
    /// The credit of a stream was used up perhaps, and append() may go on.
    virtual void on_room(stream_id id) = 0;
    /// What the pipe held is in the log. Told once for each stream, after finish() or when nobody
    /// can write to the pipe any more, whichever is first.
    virtual void on_stream_finished(stream_id id) = 0;
    /// Something an operator should know: a log that cannot be written, bytes dropped.
    virtual void on_drain_message(core::log_level level, const std::string& text) = 0;
};

struct drain_options {
    engine_choice engine = engine_choice::automatic;
    unsigned threads = 1;  ///< shards for each file system that has logs, 1 … 64
    /// stop() leaves a shard behind that does not move a byte for so long.
    std::chrono::milliseconds stop_patience = std::chrono::seconds(10);
    /// Bytes that were read and are neither written nor taken by a tap's reader, over all streams:
    /// half for the buffers of the engines, half for taps.
    std::size_t memory = 64 * 1024 * 1024;
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

    /// Starts the first shard; the others begin when they are needed. Fails only if the engine
    /// that was asked for by name cannot be had, or no thread can be made; `automatic` falls back
    /// to epoll.
    static result<std::unique_ptr<drain>> open(const drain_options& options, poster post,
                                               drain_listener& listener);
    virtual ~drain() = default;

    virtual engine_kind engine() const = 0;
    /// Why `automatic` did not get io_uring; empty if it did.
    virtual std::string fallback_reason() const = 0;

    /// Starts draining. When nobody can write to the pipe any more, that is told and the pipe
    /// closed; the log stays open until finish().
    virtual stream_id add(stream_spec spec) = 0;
    /// Adds bytes to the log of a stream that was added with a credit, and takes from that: false
    /// when it is used up. The caller then waits for on_room(); what it appends nevertheless is
    /// not lost.
    virtual bool append(stream_id id, const std::shared_ptr<byte_credit>& credit,
                        std::string bytes) = 0;
    /// The stream goes on with what this pipe brings. For streams without one.
    virtual void read_from(stream_id id, unique_fd pipe) = 0;
    /// For each of them: reads what the pipe holds now (even if a grandchild keeps it open), writes
    /// it to the log, closes both, and answers with on_stream_finished() unless that was told
    /// already. If the log is a full pipe, waits for its reader, at most two seconds; then the rest
    /// is dropped, counted and reported. Never answers while the disk of the log hangs. Many at a
    /// time cost one wake-up of each thread.
    virtual void finish(const std::vector<stream_id>& ids) = 0;
    /// Closes and reopens every stream's log file by its path (SIGUSR2).
    virtual void reopen_all() = 0;
    /// Removes the stream's log file and opens a new one; `done` runs on the control thread.
    /// ECANCELED: the stream is finished. Pipes and devices are left alone, successfully. Never
    /// answers while the disk of the log hangs.
    virtual void clear(stream_id id, std::function<void(error_code)> done) = 0;
    /// Ends the threads after carrying out the commands given so far. Streams that were not
    /// finished are drained of what their pipes hold. A thread whose disk hangs is left behind,
    /// with a message. Idempotent; called by the destructor too.
    virtual void stop() = 0;
    virtual drain_statistics statistics() const = 0;
};

}  // namespace ringmaster::io

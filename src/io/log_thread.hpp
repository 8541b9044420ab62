// Writes the daemon's own log on a thread of its own, so that a disk that is slow, or hangs, holds
// up neither children nor clients.
//
// Owned by main_log. Lines are written in the order in which they came, those that come together in
// one call. Other work on the log's files is done by the same thread, in its turn. What waits is
// bounded. A thread that hangs when its owner ends is left behind, with all it needs.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>

#include "core/result.hpp"

namespace ringmaster::io {

class log_thread {
public:
    /// Called on the thread with one or more whole lines. True: something could not be taken yet,
    /// call again soon, with or without lines.
    using writer = std::function<bool(std::string_view lines)>;

    /// A disk that has not done anything for so long hangs; it is not waited for again before it
    /// moves.
    static constexpr std::chrono::seconds usual_patience{1};
    /// Time between two attempts while a reader does not keep up.
    static constexpr std::chrono::milliseconds retry{100};
    /// Time between two writes while nobody waits for them: a fleet that starts has thousands of
    /// lines, and waking the thread for each costs more than writing them.
    static constexpr std::chrono::milliseconds gathering{1};
    /// Lines that may wait, in bytes.
    static constexpr std::size_t room = 4 * 1024 * 1024;

    static result<std::unique_ptr<log_thread>> start(
        writer write, std::chrono::seconds patience = usual_patience);
    log_thread(const log_thread&) = delete;
    log_thread& operator=(const log_thread&) = delete;
    /// Waits until everything is written, but only so long for a disk that hangs or a reader that
    /// does not read.
    ~log_thread();

    /// One or more whole lines. False: dropped, because the disk hangs and the room is used up.
    bool put(std::string_view lines);
    /// Has `work` done behind the lines that were put before.
    void run(std::function<void()> work);
    /// Waits until all of that is done. Any thread. False: the disk hangs.
    bool settle();

private:
    struct shared;

    explicit log_thread(std::shared_ptr<shared> state);
    static void work_off(shared& state);

    std::shared_ptr<shared> shared_;
};

}  // namespace ringmaster::io

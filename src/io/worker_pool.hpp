// Threads for work that may hang, as stat, open and execve do on a dead network file system.
//
// What waits is begun within `patience`, whatever happens to the work before it: while nothing of
// the queue is taken, threads are added up to a bound. stop() waits for no work that hangs; its
// thread is left behind and touches nothing of the pool's owner when it comes back.
//
// Owned by the launcher and by the composition root; called on the control thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "core/result.hpp"
#include "io/timer.hpp"

namespace ringmaster::io {

class worker_pool {
public:
    struct settings {
        std::string name;      ///< of the threads, at most 10 bytes
        unsigned threads = 1;  ///< to begin with
        unsigned most_threads = 64;
        std::chrono::milliseconds patience{20};
        /// For which nothing is begun at the bound before that counts as hanging: a machine that is
        /// busy, or a container whose processor time is used up, also pauses for a while.
        std::chrono::milliseconds exhausted_after{1000};
    };

    worker_pool(boost::asio::any_io_executor control, settings how);
    worker_pool(const worker_pool&) = delete;
    worker_pool& operator=(const worker_pool&) = delete;
    ~worker_pool();

    /// Starts the first threads; more are started when they are needed.
    error_code start();
    /// Runs `work` on some thread, then `done` on the control thread. `work` must own all it
    /// needs. After stop() neither is called, except work that was begun before.
    void submit(std::function<void()> work, std::function<void()> done);
    /// Drops what was not begun and waits for the rest, but not longer than `grace`.
    void stop(std::chrono::milliseconds grace = std::chrono::milliseconds(500));

    /// Threads that there are now.
    unsigned size() const;
    /// Called on the control thread when something has waited for `exhausted_after` and no thread
    /// may be added any more.
    std::function<void()> on_exhausted;

private:
    struct shared;
    static void run(const std::shared_ptr<shared>& pool);
    error_code add_thread();
    void watch_queue();
    void grow();
    bool stuck_for_long();

    settings how_;
    std::shared_ptr<shared> shared_;
    timer growth_due_;
    bool said_exhausted_ = false;
    std::uint64_t begun_before_ = 0;
    std::uint64_t stuck_at_ = ~0ULL;  ///< what had been begun when the bound was found stuck
    std::chrono::steady_clock::time_point stuck_since_;
};

}  // namespace ringmaster::io

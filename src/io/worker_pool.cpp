#include "io/worker_pool.hpp"

#include <pthread.h>

#include <boost/asio/post.hpp>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "io/posix.hpp"

namespace ringmaster::io {

/// What the threads see. A thread that hangs keeps it alive, and nothing else: stop() takes away
/// what belongs to the control thread.
struct worker_pool::shared {
    struct job {
        std::function<void()> work;
        std::function<void()> done;
    };

    mutable std::mutex mutex;
    std::condition_variable wake;
    std::condition_variable ended;
    std::deque<job> queue;
    std::uint64_t begun = 0;
    /// Of the jobs that are under way, by their number. Emptied by stop().
    std::map<std::uint64_t, std::function<void()>> answers;
    boost::asio::any_io_executor control;
    unsigned threads = 0;
    unsigned idle = 0;
    bool stopping = false;
};

worker_pool::worker_pool(boost::asio::any_io_executor control, settings how)
    : how_(std::move(how)), shared_(std::make_shared<shared>()), growth_due_(control) {
    shared_->control = std::move(control);
}

worker_pool::~worker_pool() {
    stop();
}

error_code worker_pool::start() {
    for (unsigned i = 0; i < how_.threads; ++i) {
        if (const auto failed = add_thread()) return failed;
    }
    return {};
}

error_code worker_pool::add_thread() {
    unsigned number = 0;
    {
        const std::lock_guard lock(shared_->mutex);
        number = shared_->threads++;
    }
    try {
        std::thread thread([pool = shared_] { run(pool); });
        const auto name = fmt::format("{}-{}", how_.name, number);
        ::pthread_setname_np(thread.native_handle(), name.c_str());
        thread.detach();
    } catch (const std::system_error& failure) {
        const std::lock_guard lock(shared_->mutex);
        --shared_->threads;
        return posix_error(failure.code().value());
    }
    return {};
}

void worker_pool::submit(std::function<void()> work, std::function<void()> done) {
    bool all_busy = false;
    {
        const std::lock_guard lock(shared_->mutex);
        if (shared_->stopping) return;
        shared_->queue.push_back({std::move(work), std::move(done)});
        all_busy = shared_->idle < shared_->queue.size();
    }
    shared_->wake.notify_one();
    if (all_busy) watch_queue();
}

void worker_pool::run(const std::shared_ptr<shared>& pool) {
    std::unique_lock lock(pool->mutex);
    for (;;) {
        ++pool->idle;
        pool->wake.wait(lock, [&] { return pool->stopping || !pool->queue.empty(); });
        --pool->idle;
        if (pool->stopping) break;
        auto job = std::move(pool->queue.front());
        pool->queue.pop_front();
        const auto number = ++pool->begun;
        pool->answers.emplace(number, std::move(job.done));
        lock.unlock();
        job.work();
        job.work = nullptr;
        lock.lock();
        // Posted under the lock: once stop() has it, nothing reaches the control thread any more.
        auto answer = pool->answers.extract(number);
        if (answer) boost::asio::post(pool->control, std::move(answer.mapped()));
    }
    --pool->threads;
    pool->ended.notify_all();
}

// -- growing --------------------------------------------------------------------------------------

void worker_pool::watch_queue() {
    if (growth_due_.is_set()) return;
    {
        const std::lock_guard lock(shared_->mutex);
        begun_before_ = shared_->begun;
    }
    growth_due_.ring_after(how_.patience, [this] { grow(); });
}

void worker_pool::grow() {
    bool stuck = false;
    {
        const std::lock_guard lock(shared_->mutex);
        if (shared_->stopping || shared_->queue.empty()) return;
        stuck = shared_->begun == begun_before_ && shared_->idle == 0;
    }
    if (!stuck) {
        said_exhausted_ = false;
    } else if (size() >= how_.most_threads) {
        if (stuck_for_long()) {
            // Whoever comes back takes the next; until then there is nothing to watch.
            if (on_exhausted && !std::exchange(said_exhausted_, true)) on_exhausted();
            return;
        }
    } else {
        (void)add_thread();  // tried again after another `patience` if it fails
    }
    watch_queue();
}

/// At the bound and stuck: whether it has been so, with nothing begun, for `exhausted_after`.
bool worker_pool::stuck_for_long() {
    const auto now = std::chrono::steady_clock::now();
    if (stuck_at_ != begun_before_) {
        stuck_at_ = begun_before_;
        stuck_since_ = now;
    }
    return now - stuck_since_ >= how_.exhausted_after;
}

unsigned worker_pool::size() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->threads;
}

// -- the end --------------------------------------------------------------------------------------

void worker_pool::stop(std::chrono::milliseconds grace) {
    growth_due_.cancel();
    std::deque<shared::job> dropped;
    std::map<std::uint64_t, std::function<void()>> unanswered;
    std::unique_lock lock(shared_->mutex);
    shared_->stopping = true;
    dropped.swap(shared_->queue);
    unanswered.swap(shared_->answers);
    shared_->wake.notify_all();
    shared_->ended.wait_for(lock, grace, [this] { return shared_->threads == 0; });
    shared_->control = {};
}

}  // namespace ringmaster::io

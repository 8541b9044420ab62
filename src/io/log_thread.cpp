#include "io/log_thread.hpp"

#include <pthread.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <variant>

#include "io/posix.hpp"

namespace ringmaster::io {

struct log_thread::shared {
    using entry = std::variant<std::string, std::function<void()>>;

    /// Waits until `enough`; not at all while the disk is known to hang.
    template <class Predicate>
    bool wait(std::unique_lock<std::mutex>& lock, Predicate enough) {
        if (enough()) return true;
        if (hung_at == done) return false;
        hurry = true;
        hurried.notify_one();
        if (moved.wait_for(lock, patience, enough)) return true;
        hung_at = done;
        return false;
    }

    std::mutex mutex;
    std::condition_variable wake;
    std::condition_variable hurried;
    std::condition_variable moved;  ///< `done` has grown, or the thread has ended
    std::deque<entry> queue;
    std::size_t bytes = 0;  ///< of lines that are not written yet
    std::uint64_t given = 0;
    std::uint64_t done = 0;                ///< entries of all that were given
    std::optional<std::uint64_t> hung_at;  ///< what `done` was when waiting was given up
    bool hurry = false;                    ///< somebody waits: no gathering
    bool stopping = false;
    bool left = false;  ///< the owner does not wait for the end any more
    bool ended = false;
    writer write;
    std::chrono::seconds patience;
};

void log_thread::work_off(shared& state) {
    bool unread = false;  // somebody who reads along has not taken everything
    const auto called = [&] {
        return !state.queue.empty() || state.left || (state.stopping && !unread);
    };
    std::unique_lock lock(state.mutex);
    for (;;) {
        if (unread)
            state.wake.wait_for(lock, retry, called);
        else
            state.wake.wait(lock, called);
        if (state.queue.empty() && (state.left || (state.stopping && !unread))) break;
        auto taken = std::exchange(state.queue, {});
        state.hurry = false;
        lock.unlock();
        std::size_t written = 0;
        if (taken.empty()) unread = state.write({});
        for (auto& entry : taken) {
            if (auto* const lines = std::get_if<std::string>(&entry)) {
                unread = state.write(*lines);
                written += lines->size();
            } else {
                std::get<std::function<void()>>(entry)();
            }
        }
        lock.lock();
        state.bytes -= written;
        state.done += taken.size();
        state.moved.notify_all();
        state.hurried.wait_for(lock, gathering, [&] { return state.hurry || state.stopping; });
    }
    state.ended = true;
    state.moved.notify_all();
}

result<std::unique_ptr<log_thread>> log_thread::start(writer write, std::chrono::seconds patience) {
    auto state = std::make_shared<shared>();
    state->write = std::move(write);
    state->patience = patience;
    try {
        std::thread thread([state] { work_off(*state); });
        ::pthread_setname_np(thread.native_handle(), "main-log");
        thread.detach();
    } catch (const std::system_error& failure) {
        return posix_error(failure.code().value());
    }
    return std::unique_ptr<log_thread>(new log_thread(std::move(state)));
}

log_thread::log_thread(std::shared_ptr<shared> state) : shared_(std::move(state)) {}

log_thread::~log_thread() {
    std::unique_lock lock(shared_->mutex);
    shared_->stopping = true;
    shared_->wake.notify_one();
    shared_->hurried.notify_one();
    shared_->wait(lock, [this] { return shared_->ended; });
    shared_->left = true;
    shared_->wake.notify_one();
}

bool log_thread::put(std::string_view lines) {
    std::unique_lock lock(shared_->mutex);
    auto& state = *shared_;
    const auto has_room = [&] { return state.bytes == 0 || state.bytes + lines.size() <= room; };
    if (!state.wait(lock, has_room)) return false;
    state.bytes += lines.size();
    // Lines that wait are joined: they are written in one call.
    auto* const last =
        state.queue.empty() ? nullptr : std::get_if<std::string>(&state.queue.back());
    if (last != nullptr) {
        last->append(lines);
        return true;
    }
    state.queue.emplace_back(std::string(lines));
    ++state.given;
    state.wake.notify_one();
    return true;
}

void log_thread::run(std::function<void()> work) {
    const std::lock_guard lock(shared_->mutex);
    shared_->queue.emplace_back(std::move(work));
    ++shared_->given;
    shared_->wake.notify_one();
}

bool log_thread::settle() {
    std::unique_lock lock(shared_->mutex);
    return shared_->wait(lock,
                         [&state = *shared_, all = shared_->given] { return state.done >= all; });
}

}  // namespace ringmaster::io

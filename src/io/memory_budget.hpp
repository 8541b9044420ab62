// How many bytes of output the daemon may hold for the control thread, over all streams together.
//
// Each tapped stream has a bound of its own (io/byte_credit); this is the bound of their sum, so
// that memory does not grow with the number of children. Shared by the shards, which take, and the
// control thread, which gives back and always comes to it: whoever waits for room here never waits
// for anybody outside of the daemon.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace ringmaster::io {

class memory_budget {
public:
    explicit memory_budget(std::size_t limit) : limit_(limit) {}
    memory_budget(const memory_budget&) = delete;
    memory_budget& operator=(const memory_budget&) = delete;

    /// What is read already is always taken; is_full() is to be asked before more is read.
    void take(std::size_t bytes) { used_.fetch_add(bytes); }
    bool is_full() const { return used_.load() >= limit_; }
    void give_back(std::size_t bytes) {
        const auto before = used_.fetch_sub(bytes);
        const auto low = limit_ / 2;  // so that nobody stops and goes
        if (before < low || before - bytes >= low) return;
        const std::lock_guard guard(lock_);
        for (const auto& call : waiting_) call();
    }
    std::size_t used() const { return used_.load(); }

    /// `call` is made when there is room again, on the thread that has given it back.
    void on_room(std::function<void()> call) {
        const std::lock_guard guard(lock_);
        waiting_.push_back(std::move(call));
    }

private:
    const std::size_t limit_;
    std::atomic<std::size_t> used_ = 0;
    std::mutex lock_;
    std::vector<std::function<void()>> waiting_;
};

}  // namespace ringmaster::io

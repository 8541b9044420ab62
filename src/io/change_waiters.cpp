#include "io/change_waiters.hpp"

#include <iterator>
#include <utility>

#include "io/wakeup.hpp"

namespace ringmaster::io {

/// One settle() under way.
struct change_waiters::waiting {
    wakeup done;  ///< when nothing is left to wait for
    predicate settled;
    std::size_t left = 0;
};

/// Takes a waiter off the lists however its coroutine ends: nobody may ask `settled` afterwards.
class change_waiters::registration {
public:
    registration(change_waiters& in, const std::vector<core::process_id>& ids, waiting& who)
        : in_(in), ids_(ids), who_(who) {}
    registration(const registration&) = delete;
    registration& operator=(const registration&) = delete;

    ~registration() {
        if (who_.left == 0) return;
        for (const auto id : ids_) {
            auto [it, end] = in_.waiters_.equal_range(id);
            while (it != end) it = it->second == &who_ ? in_.waiters_.erase(it) : std::next(it);
        }
    }

private:
    change_waiters& in_;
    const std::vector<core::process_id>& ids_;
    waiting& who_;
};

task<> change_waiters::settle(std::vector<core::process_id> ids, predicate settled) {
    waiting own{wakeup(control_), std::move(settled)};
    const registration guard{*this, ids, own};
    for (const auto id : ids) {
        if (own.settled(id)) continue;
        waiters_.emplace(id, &own);
        ++own.left;
    }
    while (own.left > 0) co_await own.done.wait();
}

void change_waiters::notify(core::process_id id) {
    auto [it, end] = waiters_.equal_range(id);
    while (it != end) {
        waiting& waiter = *it->second;
        if (!waiter.settled(id)) {
            ++it;
            continue;
        }
        it = waiters_.erase(it);
        if (--waiter.left == 0) waiter.done.wake();
    }
}

}  // namespace ringmaster::io

// Lets coroutines wait until processes have come to where they are wanted: stopped, running, gone.
//
// Owned by the fleet, control thread only. Knows nothing of states: the fleet says which process
// changed, the waiter's own predicate says whether that was it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <unordered_map>
#include <vector>

#include "core/effect.hpp"
#include "io/task.hpp"

namespace ringmaster::io {

class change_waiters {
public:
    using predicate = std::function<bool(core::process_id)>;

    explicit change_waiters(asio::any_io_executor control) : control_(std::move(control)) {}

    /// Waits until `settled(id)` has been true once for each id; asks at once and on every
    /// notify(id). `settled` may refer to the awaiting coroutine's frame: it is not called after
    /// this has returned or thrown.
    task<> settle(std::vector<core::process_id> ids, predicate settled);

    /// The process changed, its launch was answered, or it is no more.
    void notify(core::process_id id);

private:
    struct waiting;
    class registration;

    asio::any_io_executor control_;
    std::unordered_multimap<core::process_id, waiting*> waiters_;
};

}  // namespace ringmaster::io

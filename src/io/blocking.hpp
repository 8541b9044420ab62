// Blocking work (reading logs, looking commands up) on a helper thread, awaited by a coroutine.
//
// The pool belongs to the composition root, which stops it before the control context goes away.
#pragma once

#include <boost/asio/this_coro.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "io/task.hpp"
#include "io/wakeup.hpp"
#include "io/worker_pool.hpp"

namespace ringmaster::io {

/// Runs `work` on a thread of `pool` and waits for its value. `work` must own all it needs: after
/// a cancellation it still runs to its end, and its value is dropped.
template <class Work>
task<std::invoke_result_t<Work>> run_blocking(worker_pool& pool, Work work) {
    using value = std::invoke_result_t<Work>;
    struct waiter {
        explicit waiter(const asio::any_io_executor& control) : done(control) {}
        wakeup done;
        bool ready = false;
    };
    // The waiter belongs to the control thread, the value to whoever works on it: a thread that
    // hangs may come back when the control context is gone.
    auto control = co_await asio::this_coro::executor;
    auto waiting = std::make_shared<waiter>(control);
    auto made = std::make_shared<std::optional<value>>();
    std::function<void()> on_thread = [made, work = std::move(work)] { made->emplace(work()); };
    std::function<void()> done = [waiting] {
        waiting->ready = true;
        waiting->done.wake();
    };
    pool.submit(std::move(on_thread), std::move(done));
    while (!waiting->ready) co_await waiting->done.wait();
    co_return std::move(**made);
}

}  // namespace ringmaster::io

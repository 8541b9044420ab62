// Blocking work (reading logs, looking commands up) on a helper thread, awaited by a coroutine.
//
// The pool belongs to the composition root, which joins it before the control context goes away.
#pragma once

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "io/task.hpp"

namespace ringmaster::io {

/// Runs `work` on a thread of `pool` and waits for its value. `work` must own all it needs: after
/// a cancellation it still runs to its end, and its value is dropped.
template <class Work>
task<std::invoke_result_t<Work>> run_blocking(asio::thread_pool& pool, Work work) {
    struct job {
        explicit job(const asio::any_io_executor& control)
            : done(control, asio::steady_timer::time_point::max()) {}
        asio::steady_timer done;
        std::optional<std::invoke_result_t<Work>> value;
        bool ready = false;  ///< control thread only
    };
    auto control = co_await asio::this_coro::executor;
    auto own = std::make_shared<job>(control);
    auto on_pool = [own, control, work = std::move(work)]() mutable {
        own->value.emplace(work());
        asio::post(control, [own = std::move(own)] {
            own->ready = true;
            own->done.cancel();
        });
    };
    asio::post(pool, std::move(on_pool));
    while (!own->ready) {
        auto [woken] = co_await own->done.async_wait(tuple);
        (void)woken;  // operation_aborted is the wake-up
    }
    co_return std::move(*own->value);
}

}  // namespace ringmaster::io

// Runs one coroutine to its end on a loop of its own. A hang fails the test that hangs.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include "io/task_group.hpp"

namespace ringmaster::http {

inline constexpr std::chrono::seconds hang_limit{30};

template <class T>
io::task<> store(io::task<T> work, std::optional<T>& into) {
    into.emplace(co_await std::move(work));
}

/// The result of `work`; throws what it threw.
template <class T>
T run_task(boost::asio::io_context& loop, io::task<T> work) {
    std::exception_ptr failed;
    std::optional<T> out;
    io::task_group group{loop.get_executor(),
                         [&failed](const std::string&, std::exception_ptr e) { failed = e; }};
    group.spawn("test", store(std::move(work), out));
    loop.restart();
    loop.run_for(hang_limit);
    if (failed) std::rethrow_exception(failed);
    if (!out) throw std::runtime_error("the task hangs");
    return std::move(*out);
}

template <class T>
T run_task(io::task<T> work) {
    boost::asio::io_context loop{1};
    return run_task(loop, std::move(work));
}

}  // namespace ringmaster::http

#include "io/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <cassert>
#include <utility>

namespace ringmaster::io {
namespace {

bool is_cancellation(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
        return error.code() == asio::error::operation_aborted;
    } catch (...) {
        return false;
    }
}

}  // namespace

task_group::task_group(asio::any_io_executor executor, error_sink on_failure)
    : executor_(std::move(executor)), on_failure_(std::move(on_failure)), emptied_(executor_) {}

task_group::~task_group() {
    assert(live_.empty() && "join() a task_group before destroying it");
}

task_group::task_id task_group::spawn(std::string name, task<> work) {
    const task_id id = ++last_id_;
    entry& added = live_[id];
    added.name = std::move(name);
    auto on_completion = [this, id](std::exception_ptr failure) { on_end(id, failure); };
    asio::co_spawn(executor_, std::move(work),
                   asio::bind_cancellation_slot(added.stop.slot(), std::move(on_completion)));
    return id;
}

void task_group::request_stop(task_id id) {
    const auto found = live_.find(id);
    if (found == live_.end()) return;
    found->second.stopping = true;
    // Tasks ignore the weaker kinds of cancellation unless they opt in.
    found->second.stop.emit(asio::cancellation_type::terminal);
}

void task_group::request_stop() {
    // A stop may end or start other tasks at once, so no iterator is kept across it.
    const task_id newest = last_id_;
    for (auto it = live_.begin(); it != live_.end() && it->first <= newest;) {
        const task_id id = it->first;
        request_stop(id);
        it = live_.upper_bound(id);
    }
}

task<> task_group::join() {
    while (!live_.empty()) co_await emptied_.wait();
}

void task_group::on_end(task_id id, std::exception_ptr failure) {
    const auto ended = live_.find(id);
    const bool expected = !failure || (ended->second.stopping && is_cancellation(failure));
    const std::string name = std::move(ended->second.name);
    live_.erase(ended);
    if (!expected) on_failure_(name, failure);
    if (live_.empty()) emptied_.wake();
}

}  // namespace ringmaster::io

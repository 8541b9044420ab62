// Owner of a set of concurrently running tasks: the only place that starts coroutines.
//
// Whoever starts background work keeps a group as a member, next to what the tasks refer to, and
// ends it with request_stop() and join() before either goes away: a task never outlives what it
// refers to. A failure of a task reaches the sink given at construction and ends nothing else.
// Belongs to the control thread, like the tasks themselves.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <string>

#include "io/task.hpp"
#include "io/wakeup.hpp"

namespace ringmaster::io {

class task_group {
public:
    /// Told of every exception that leaves a task, except the `operation_aborted` of a task that
    /// was asked to stop. Must not throw.
    using error_sink = std::function<void(const std::string& name, std::exception_ptr failure)>;

    /// Names one task of this group; never reused.
    using task_id = std::uint64_t;

    task_group(asio::any_io_executor executor, error_sink on_failure);
    task_group(const task_group&) = delete;
    task_group& operator=(const task_group&) = delete;
    /// The group must be empty: see join().
    ~task_group();

    /// Starts `work`; on the control thread it runs up to its first suspension before this
    /// returns. `name` is for the sink's message.
    task_id spawn(std::string name, task<> work);

    /// Asks one task to stop: what it waits for ends with operation_aborted, and so does every
    /// later wait. Returns at once. No effect if the task has ended.
    void request_stop(task_id id);
    /// The same for every task that runs now.
    void request_stop();

    /// Waits until no task is left. Does not ask them to stop.
    task<> join();

    std::size_t size() const { return live_.size(); }
    asio::any_io_executor executor() const { return executor_; }

private:
    struct entry {
        std::string name;
        asio::cancellation_signal stop;
        bool stopping = false;
    };

    void on_end(task_id id, std::exception_ptr failure);

    asio::any_io_executor executor_;
    error_sink on_failure_;
    std::map<task_id, entry> live_;  ///< a node's address is stable: the signal may not move
    task_id last_id_ = 0;
    wakeup emptied_;  ///< when the last task ends
};

}  // namespace ringmaster::io

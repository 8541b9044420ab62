// Lets tasks sleep until somebody wakes them.
//
// Says nothing about why: who sleeps looks at what it waits for before and afterwards. Control
// thread only.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/experimental/channel.hpp>

#include "core/result.hpp"
#include "io/task.hpp"

namespace ringmaster::io {

class wakeup {
public:
    explicit wakeup(const asio::any_io_executor& control) : channel_(control) {}

    /// Until the next wake(), or until the task is asked to stop. `while (!there) co_await wait();`
    task<> wait();

    /// Wakes all that sleep now.
    void wake() { channel_.cancel(); }

private:
    asio::experimental::channel<void(error_code)> channel_;
};

}  // namespace ringmaster::io

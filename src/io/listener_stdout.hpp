// What an event listener says on its stdout, read on the control thread: the next event is sent
// only when the listener has answered, so a way over another thread would be waited for each time.
//
// One for each living listener, owned by io/children, control thread only. Never blocks, keeps no
// bytes, and decides nothing. Destroying it closes the pipe.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <string_view>

#include "core/result.hpp"
#include "io/task.hpp"
#include "io/unique_fd.hpp"

namespace ringmaster::io {

class listener_stdout {
public:
    /// Takes bytes in the order in which they came. May call the functions below, but not destroy
    /// the object.
    using hearer = std::function<void(std::string_view)>;

    /// No pipe: nothing is ever heard.
    listener_stdout() = default;
    /// `pipe` is the read end. Fails where the kernel does not watch one more descriptor.
    static result<listener_stdout> open(const asio::any_io_executor& control, unique_fd pipe,
                                        hearer hear);
    listener_stdout(listener_stdout&&) noexcept = default;
    listener_stdout& operator=(listener_stdout&&) noexcept = default;
    ~listener_stdout() = default;

    /// Nothing is read until resume(), which may be called at any time.
    void pause();
    void resume();
    /// The listener is dead: hears what the pipe holds now, paused or not, and closes it.
    void finish();
    /// The pipe, for somebody else to read on; empty if it is closed. Nothing is heard any more.
    unique_fd release();

private:
    struct state;
    static void read(const std::shared_ptr<state>& own);
    static void take(const std::shared_ptr<state>& own, const error_code& failed,
                     std::size_t bytes);

    std::shared_ptr<state> state_;
};

}  // namespace ringmaster::io

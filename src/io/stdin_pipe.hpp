// The way of text to a child's standard input: written at once as far as the pipe takes it, the
// rest when the child has read.
//
// One for each child, owned by io/children, control thread only. Never blocks, and never holds more
// than a bound for a child that does not read: then it refuses. An idle one costs nothing but its
// descriptor. Destroying or closing it drops what was not written.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <memory>
#include <string_view>

#include "io/task.hpp"
#include "io/unique_fd.hpp"

namespace ringmaster::io {

enum class stdin_outcome : std::uint8_t {
    taken,   ///< written, or kept to be written
    full,    ///< too much waits already: nothing was taken
    closed,  ///< there is no pipe (any more), or the child has closed its end
};

class stdin_pipe {
public:
    /// What may wait, in bytes; a single larger text is taken if nothing waits.
    static constexpr std::size_t capacity = 1024 * 1024;

    /// No pipe: everything is answered with `closed`.
    stdin_pipe() = default;
    /// `pipe` is the write end, non-blocking.
    stdin_pipe(asio::any_io_executor control, unique_fd pipe);
    stdin_pipe(stdin_pipe&&) noexcept = default;
    stdin_pipe& operator=(stdin_pipe&&) noexcept = default;
    ~stdin_pipe() = default;

    /// All of `text` or nothing.
    stdin_outcome send(std::string_view text);
    void close() { state_.reset(); }

private:
    struct state;
    static void write_waiting(const std::weak_ptr<state>& weak);
    static void wait(const std::shared_ptr<state>& own);

    std::shared_ptr<state> state_;
};

}  // namespace ringmaster::io

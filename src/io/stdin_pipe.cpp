#include "io/stdin_pipe.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <optional>
#include <string>
#include <utility>

#include "io/posix.hpp"

namespace ringmaster::io {

struct stdin_pipe::state {
    state(asio::any_io_executor where, unique_fd end)
        : control(std::move(where)), pipe(std::move(end)) {}

    /// How many bytes the pipe took now; none if nobody can read them any more.
    std::optional<std::size_t> write(std::string_view bytes) const {
        for (;;) {
            const auto wrote = ::write(pipe.get(), bytes.data(), bytes.size());
            if (wrote >= 0) return static_cast<std::size_t>(wrote);
            if (errno == EAGAIN) return 0;
            if (errno != EINTR) return std::nullopt;
        }
    }
    void close() {
        watch.reset();
        pipe.reset();
        waiting.clear();
    }

    asio::any_io_executor control;
    unique_fd pipe;
    std::string waiting;
    /// Watches a duplicate; made when a pipe is full for the first time.
    std::optional<asio::posix::stream_descriptor> watch;
};

stdin_pipe::stdin_pipe(asio::any_io_executor control, unique_fd pipe)
    : state_(std::make_shared<state>(std::move(control), std::move(pipe))) {}

stdin_outcome stdin_pipe::send(std::string_view text) {
    if (!state_ || !state_->pipe) return stdin_outcome::closed;
    state& own = *state_;
    if (!own.waiting.empty()) {
        if (own.waiting.size() + text.size() > capacity) return stdin_outcome::full;
        own.waiting += text;
        return stdin_outcome::taken;
    }
    const auto wrote = own.write(text);
    if (!wrote) {
        own.close();
        return stdin_outcome::closed;
    }
    if (*wrote == text.size()) return stdin_outcome::taken;
    own.waiting = text.substr(*wrote);
    wait(state_);
    return own.pipe ? stdin_outcome::taken : stdin_outcome::closed;
}

void stdin_pipe::wait(const std::shared_ptr<state>& own) {
    if (!own->watch) {
        const int copy = ::fcntl(own->pipe.get(), F_DUPFD_CLOEXEC, 3);
        if (copy < 0) return own->close();
        own->watch.emplace(own->control, copy);
    }
    own->watch->async_wait(asio::posix::stream_descriptor::wait_write,
                           [weak = std::weak_ptr(own)](const error_code& cancelled) {
                               if (!cancelled) write_waiting(weak);
                           });
}

void stdin_pipe::write_waiting(const std::weak_ptr<state>& weak) {
    const auto own = weak.lock();
    if (!own) return;
    const auto wrote = own->write(own->waiting);
    if (!wrote) return own->close();
    own->waiting.erase(0, *wrote);
    if (own->waiting.empty())
        own->waiting.shrink_to_fit();
    else
        wait(own);
}

}  // namespace ringmaster::io

#include "io/listener_stdout.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <utility>

namespace ringmaster::io {

struct listener_stdout::state {
    state(const asio::any_io_executor& control, hearer hears)
        : pipe(control), hear(std::move(hears)) {}

    asio::posix::stream_descriptor pipe;
    hearer hear;
    bool paused = false;
    bool reading = false;
    std::array<char, 4096> buffer{};  ///< answers are short; what is longer comes in parts
};

result<listener_stdout> listener_stdout::open(const asio::any_io_executor& control, unique_fd pipe,
                                              hearer hear) {
    listener_stdout made;
    made.state_ = std::make_shared<state>(control, std::move(hear));
    error_code failed;
    made.state_->pipe.assign(pipe.get(), failed);
    if (failed) return failed;
    (void)pipe.release();
    read(made.state_);
    return made;
}

void listener_stdout::read(const std::shared_ptr<state>& own) {
    if (own->paused || own->reading || !own->pipe.is_open()) return;
    own->reading = true;
    own->pipe.async_read_some(
        asio::buffer(own->buffer),
        [weak = std::weak_ptr(own)](const error_code& failed, std::size_t bytes) {
            if (const auto alive = weak.lock()) take(alive, failed, bytes);
        });
}

void listener_stdout::take(const std::shared_ptr<state>& own, const error_code& failed,
                           std::size_t bytes) {
    own->reading = false;
    if (failed) return;  // the listener has closed it, or we have
    own->hear({own->buffer.data(), bytes});
    read(own);
}

void listener_stdout::pause() {
    if (state_) state_->paused = true;
}

void listener_stdout::resume() {
    if (!state_) return;
    state_->paused = false;
    read(state_);
}

void listener_stdout::finish() {
    if (!state_) return;
    const auto own = state_;
    int held = 0;
    if (!own->pipe.is_open() || ::ioctl(own->pipe.native_handle(), FIONREAD, &held) != 0) held = 0;
    own->pipe.cancel();
    while (held > 0 && own->pipe.is_open()) {
        const auto wanted = std::min(static_cast<std::size_t>(held), own->buffer.size());
        const auto got = ::read(own->pipe.native_handle(), own->buffer.data(), wanted);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        held -= static_cast<int>(got);
        own->hear({own->buffer.data(), static_cast<std::size_t>(got)});
    }
    state_.reset();
}

unique_fd listener_stdout::release() {
    const auto own = std::exchange(state_, nullptr);
    return unique_fd{own && own->pipe.is_open() ? own->pipe.release() : -1};
}

}  // namespace ringmaster::io

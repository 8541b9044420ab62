#include "io/log_clearing.hpp"

#include <fcntl.h>

#include <boost/asio/this_coro.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "io/log_file.hpp"
#include "io/posix.hpp"
#include "io/timer.hpp"
#include "io/wakeup.hpp"

namespace ringmaster::io {
namespace {

/// The disk may hang.
constexpr std::chrono::seconds clear_patience{10};

}  // namespace

task<error_code> clear_open_log(drain& plane, stream_id id) {
    struct job {
        explicit job(const asio::any_io_executor& control) : done(control) {}
        wakeup done;
        std::optional<error_code> outcome;
    };
    auto control = co_await asio::this_coro::executor;
    auto own = std::make_shared<job>(control);
    plane.clear(id, [own](error_code outcome) {
        own->outcome = outcome;
        own->done.wake();
    });
    timer late(control);
    late.ring_after(clear_patience, [own] {
        if (!own->outcome) own->outcome = posix_error(ETIMEDOUT);
        own->done.wake();
    });
    while (!own->outcome) co_await own->done.wait();
    co_return *own->outcome;
}

error_code clear_closed_log(const std::string& path) {
    // O_NONBLOCK: a FIFO by that name must not hold us up.
    auto file = open_file(path, O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY);
    if (!file) {
        const int number = file.error().value();
        // ENXIO: a FIFO without a reader.
        return number == ENOENT || number == ENXIO ? error_code{} : file.error();
    }
    log_target target;
    target.file = std::move(*file);
    target.path = path;
    return log_file(std::move(target)).clear();
}

}  // namespace ringmaster::io

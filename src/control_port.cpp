#include "control_port.hpp"

#include <unistd.h>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <ctime>

#include "io/blocking.hpp"
#include "io/command_lookup.hpp"
#include "io/log_reader.hpp"
#include "process_log_clearing.hpp"

namespace ringmaster {
std::int64_t control_port::wall_now() const {
    return std::time(nullptr);
}

int control_port::pid() const {
    return ::getpid();
}

io::task<std::optional<rpc::command_problem>> control_port::check_command(core::process_id id) {
    const auto& config = model().find(id)->config();
    auto work = [command = config.command,
                 path =
                     io::search_path(config.env, base_)]() -> std::optional<rpc::command_problem> {
        auto found = io::look_up(command, path);
        if (found) return std::nullopt;
        return rpc::command_problem{found.error().missing, found.error().text};
    };
    auto problem = co_await io::run_blocking(helpers_, std::move(work));
    co_return problem;
}

io::task<> control_port::yield() {
    auto executor = co_await boost::asio::this_coro::executor;
    co_await boost::asio::post(executor, boost::asio::deferred);
}

io::task<rpc::log_slice> control_port::read_process_log(core::process_id id, rpc::channel from,
                                                        rpc::log_window window) {
    const auto info = model().info(id, 0);
    const auto path = from == rpc::channel::output ? info.stdout_logfile : info.stderr_logfile;
    return read(std::string(path), std::move(window));
}

io::task<rpc::log_slice> control_port::read_main_log(rpc::log_window window) {
    (void)log_.settle();
    return read(log_.path(), std::move(window));
}

io::task<rpc::log_slice> control_port::read(std::string path, rpc::log_window window) {
    rpc::log_slice slice;
    slice.path = path;
    slice.state = rpc::log_slice::status::missing;
    if (path.empty()) co_return slice;
    auto work = [path = std::move(path), window = std::move(window)] {
        return io::read_part(path, window);
    };
    auto part = co_await io::run_blocking(readers_, std::move(work));
    if (part) {
        slice.state = rpc::log_slice::status::ok;
        slice.bytes = std::move(part->bytes);
        slice.size = part->size;
    } else if (part.error().value() != ENOENT) {
        slice.state = rpc::log_slice::status::unreadable;
    }
    co_return slice;
}

io::task<rpc::clear_outcome> control_port::clear_process_logs(core::process_id id) {
    const auto failed = co_await ringmaster::clear_process_logs(fleet_, readers_, id);
    co_return failed ? rpc::clear_outcome::failed : rpc::clear_outcome::done;
}

rpc::clear_outcome control_port::clear_main_log() {
    const auto failed = log_.clear();
    if (!failed) return rpc::clear_outcome::done;
    return failed.value() == ENOENT ? rpc::clear_outcome::missing : rpc::clear_outcome::failed;
}

rpc::input_outcome control_port::send_input(core::process_id id, std::string_view text) {
    switch (fleet_.send_input(id, text)) {
        case io::stdin_outcome::taken: return rpc::input_outcome::taken;
        case io::stdin_outcome::full: return rpc::input_outcome::full;
        case io::stdin_outcome::closed: break;
    }
    return rpc::input_outcome::closed;
}

}  // namespace ringmaster

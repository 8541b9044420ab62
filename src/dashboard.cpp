#include "dashboard.hpp"

#include <array>

#include "core/log_range.hpp"
#include "core/version.hpp"
#include "io/blocking.hpp"
#include "rpc/selection.hpp"

namespace ringmaster {
namespace {

const std::array<std::string, 1> own_namespace{"supervisor"};

/// Pages show what became of an action, not its result.
class discarding_writer final : public rpc::value_writer {
public:
    void begin_array() override {}
    void end_array() override {}
    void begin_struct() override {}
    void end_struct() override {}
    void key(std::string_view) override {}
    void integer(std::int64_t) override {}
    void boolean(bool) override {}
    void string(std::string_view) override {}
    std::size_t size() const override { return 0; }
};

http::action_result failed(const rpc::fault& fault) {
    return {static_cast<int>(fault.code), fault.text()};
}

}  // namespace

dashboard::dashboard(control_port& port, io::main_log& log, io::worker_pool& readers)
    : port_(port), log_(log), readers_(readers), methods_(port, own_namespace) {}

std::vector<core::process_info> dashboard::processes() const {
    const auto& model = port_.model();
    const auto now = port_.wall_now();
    std::vector<core::process_info> all;
    for (const auto id : model.in_name_order()) all.push_back(model.info(id, now));
    return all;
}

std::string dashboard::version() const {
    return std::string(core::ringmaster_version);
}

io::task<http::action_result> dashboard::call(std::string_view method, std::string_view name) {
    rpc::call request;
    request.method = method;
    if (!name.empty()) request.params.push_back(rpc::value{std::string(name)});
    discarding_writer ignored;
    auto done = co_await methods_.call(request, ignored);
    if (!done) co_return failed(done.error());
    co_return http::action_result{};
}

io::task<http::action_result> dashboard::tail(std::string_view name, std::int64_t bytes,
                                              std::optional<std::string>& text) {
    text.reset();
    if (state() != core::daemon_state::running) {
        co_return failed(rpc::fault(rpc::fault_code::shutdown_state));
    }
    const auto id = find(name);
    if (id == core::no_process) {
        co_return failed(rpc::fault(rpc::fault_code::bad_name, std::string(name)));
    }
    rpc::log_window window = [bytes](std::int64_t size) {
        return core::read_range(-bytes, 0, size);
    };
    auto slice = co_await port_.read_process_log(id, rpc::channel::output, std::move(window));
    if (slice.state == rpc::log_slice::status::unreadable) {
        co_return failed(rpc::fault(rpc::fault_code::failed));
    }
    if (slice.state == rpc::log_slice::status::ok) text = std::move(slice.bytes);
    co_return http::action_result{};
}

std::optional<std::string> dashboard::log_path(std::string_view name,
                                               std::string_view channel) const {
    const auto id = find(name);
    if (id == core::no_process) return std::nullopt;
    const auto info = port_.model().info(id, 0);
    const auto path = channel == "stderr" ? info.stderr_logfile : info.stdout_logfile;
    if (path.empty()) return std::nullopt;
    return std::string(path);
}

std::optional<std::string> dashboard::main_log_path() const {
    if (log_.path() == "syslog") return std::nullopt;
    return log_.path();
}

io::task<> dashboard::read_disk(std::function<void()> work) {
    auto job = [work = std::move(work)] {
        work();
        return true;
    };
    (void)co_await io::run_blocking(readers_, std::move(job));
}

core::process_id dashboard::find(std::string_view namespec) const {
    const auto found = rpc::find_one(port_.model(), namespec);
    return found ? *found : core::no_process;
}

}  // namespace ringmaster

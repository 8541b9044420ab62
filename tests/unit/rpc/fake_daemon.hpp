// A daemon without an operating system: the real fleet model and the real API, with a port whose
// children, logs and time the test makes up.
#pragma once

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "core/supervisor.hpp"
#include "rpc/client_codec.hpp"
#include "rpc/supervisor_port.hpp"
#include "rpc/xmlrpc_endpoint.hpp"
#include "unit/rpc/show.hpp"

namespace ringmaster::rpc {

class collecting_log final : public core::log_sink {
public:
    void write(core::log_level level, std::string_view text) override {
        lines.push_back(std::string(core::log_code(level)) + " " + std::string(text));
    }
    bool enabled(core::log_level level) const override { return level >= lowest; }

    core::log_level lowest = core::log_level::info;
    std::vector<std::string> lines;
};

class fake_port final : public supervisor_port {
public:
    explicit fake_port(io::asio::io_context& loop) : loop_(loop) {}

    const core::supervisor& model() const override { return fleet; }
    std::int64_t wall_now() const override { return now.wall; }
    std::string identification() const override { return "fake"; }
    int pid() const override { return 4711; }
    core::log_sink& log() override { return sink; }

    task<std::optional<command_problem>> check_command(process_id id) override {
        co_await yield();
        if (during_check) during_check();
        const auto found = problems.find(id);
        if (found == problems.end()) co_return std::nullopt;
        std::optional<command_problem> problem = found->second;
        co_return problem;
    }
    void start(process_id id) override {
        fleet.start(id, now);
        changed(id);
    }
    void start_in_turn(process_id id) override { start(id); }
    std::optional<std::string> stop(process_id id) override {
        if (const auto found = kill_errors.find(id); found != kill_errors.end()) {
            return found->second;
        }
        fleet.stop(id, now);
        changed(id);
        return std::nullopt;
    }
    std::optional<std::string> send_signal(process_id id, int signo) override {
        if (const auto found = kill_errors.find(id); found != kill_errors.end()) {
            return found->second;
        }
        signals.emplace_back(id, signo);
        return std::nullopt;
    }
    void report_stopping(process_id id) override { reported.push_back(id); }

    task<> settle(std::vector<process_id> ids, std::function<bool(process_id)> settled) override {
        const auto self = waits_.emplace(waits_.end(), loop_);
        self->settled = std::move(settled);
        for (const process_id id : ids) {
            if (!self->settled(id)) self->open.insert(id);
        }
        const std::shared_ptr<void> guard(nullptr, [this, self](void*) { waits_.erase(self); });
        while (!self->open.empty()) {
            auto [ec] = co_await self->over.async_wait(io::tuple);
            (void)ec;  // cancelled: everybody has settled, or the client is gone
        }
    }

    task<> yield() override { co_await io::asio::post(loop_, io::asio::deferred); }

    task<log_slice> read_process_log(process_id id, channel from, log_window window) override {
        return slice(process_logs[{id, from}], std::move(window));
    }
    task<log_slice> read_main_log(log_window window) override {
        if (broken) throw std::runtime_error("the disk is gone");
        return slice(main_log, std::move(window));
    }

    task<clear_outcome> clear_process_logs(process_id id) override {
        co_await yield();
        if (clear_errors.contains(id)) co_return clear_outcome::failed;
        cleared.push_back(id);
        co_return clear_outcome::done;
    }
    clear_outcome clear_main_log() override { return main_log_clears; }
    input_outcome send_input(process_id id, std::string_view text) override {
        inputs[id] += text;
        return input_answer;
    }

    task<reread_outcome> reread_config() override {
        co_await yield();
        co_return reread;
    }
    task<group_change> add_group(std::string name) override {
        co_await yield();
        changed_groups.push_back("+" + name);
        co_return group_answer;
    }
    std::vector<const core::group_config*> configured_groups() const override {
        std::vector<const core::group_config*> all;
        for (const auto& each : configured) all.push_back(&each);
        return all;
    }
    group_change remove_group(std::string_view name) override {
        changed_groups.push_back("-" + std::string(name));
        return group_answer;
    }

    void send_remote_event(std::string_view type, std::string_view data) override {
        remote_events.emplace_back(type, data);
    }

    void request_shutdown() override { fleet.request(core::daemon_state::shutdown, now); }
    void request_restart() override { fleet.request(core::daemon_state::restarting, now); }

    /// Carries nothing out, and asks everybody who waits for this process.
    void changed(process_id id) {
        fleet.effects().clear();
        for (auto& each : waits_) {
            if (each.open.contains(id) && each.settled(id)) each.open.erase(id);
            if (each.open.empty()) each.over.cancel();
        }
    }
    std::size_t waiting() const { return waits_.size(); }

    struct log_file {
        log_slice::status state = log_slice::status::ok;
        std::string path;
        std::string bytes;
    };

    core::supervisor fleet;
    core::instant now{{}, 1000};
    collecting_log sink;
    std::map<process_id, command_problem> problems;
    std::map<process_id, std::string> kill_errors;
    std::vector<std::pair<process_id, int>> signals;
    std::vector<process_id> reported;
    std::vector<std::pair<std::string, std::string>> remote_events;
    std::map<std::pair<process_id, channel>, log_file> process_logs;
    log_file main_log;
    std::function<void()> during_check;
    std::set<process_id> clear_errors;
    std::vector<process_id> cleared;
    clear_outcome main_log_clears = clear_outcome::done;
    std::map<process_id, std::string> inputs;
    input_outcome input_answer = input_outcome::taken;
    reread_outcome reread{core::config_difference{}};
    std::vector<core::group_config> configured;
    std::vector<std::string> changed_groups;  ///< "+added", "-removed"
    group_change group_answer = group_change::done;
    bool broken = false;  ///< reading the main log throws

private:
    struct wait {
        explicit wait(io::asio::io_context& loop)
            : over(loop, io::asio::steady_timer::time_point::max()) {}
        std::function<bool(process_id)> settled;
        std::set<process_id> open;
        io::asio::steady_timer over;
    };

    static task<log_slice> slice(log_file file, log_window window) {
        log_slice read;
        read.state = file.state;
        read.path = file.path;
        read.size = static_cast<std::int64_t>(file.bytes.size());
        const auto [start, count] = window(read.size);
        read.bytes =
            file.bytes.substr(static_cast<std::size_t>(start), static_cast<std::size_t>(count));
        co_return read;
    }

    io::asio::io_context& loop_;
    std::list<wait> waits_;
};

/// A call that may still be under way.
struct conversation {
    std::string request;
    http_answer answered;
    bool over = false;

    /// "…" while it is under way, "status 400" for an answer that is no document.
    std::string shown() const {
        if (!over) return "...";
        if (answered.status != 200) return fmt::format("status {}", answered.status);
        const auto decoded = decode_response(answered.body);
        return decoded ? show(*decoded) : "undecodable: " + decoded.error().text;
    }
};

class fake_daemon {
public:
    explicit fake_daemon(std::vector<std::string> namespaces = {"supervisor"})
        : methods(port, namespaces) {}
    /// Calls that are still under way refer to the port and must go first.
    ~fake_daemon() { loop_.reset(); }
    fake_daemon(const fake_daemon&) = delete;
    fake_daemon& operator=(const fake_daemon&) = delete;

    // -- the fleet ----------------------------------------------------------------------------

    void add_group(const std::string& name, const std::vector<std::string>& processes,
                   int priority = 999, int startsecs = 1) {
        core::group_config group;
        group.name = name;
        group.priority = priority;
        for (const std::string& process : processes) {
            core::process_config config;
            config.name = process;
            config.autostart = false;
            config.startsecs = startsecs;
            group.processes.push_back(config);
        }
        port.fleet.add_group(group, port.now);
    }
    process_id id(const std::string& group, const std::string& name) const {
        return port.fleet.find_process(group, name);
    }
    void launched(process_id who, int pid) {
        port.fleet.launched(who, pid, port.now);
        port.changed(who);
        settle_down();
    }
    void launch_failed(process_id who, const std::string& why) {
        port.fleet.launch_failed(who, why, port.now);
        port.changed(who);
        settle_down();
    }
    void exited(process_id who, int code = 0) {
        core::exit_status status;
        status.code = code;
        port.fleet.exited(who, status, port.now);
        port.changed(who);
        settle_down();
    }
    void pass(std::chrono::seconds time) {
        port.now.mono += time;
        port.now.wall += time.count();
        std::set<process_id> all;
        for (const process_id each : port.fleet.in_name_order()) all.insert(each);
        port.fleet.wake(port.now);
        for (const process_id each : all) port.changed(each);
        settle_down();
    }
    /// A process that is RUNNING, without asking the API.
    void run(process_id who, int pid) {
        port.start(who);
        launched(who, pid);
        pass(std::chrono::seconds(1));
    }

    /// Runs until nothing more happens by itself.
    void settle_down() {
        loop.restart();
        loop.poll();
    }

    // -- the API ------------------------------------------------------------------------------

    /// Sends a request body and runs until nothing more happens by itself.
    std::shared_ptr<conversation> send(std::string body) {
        auto talk = std::make_shared<conversation>();
        talk->request = std::move(body);
        io::asio::co_spawn(loop, handle_xmlrpc(methods, talk->request, port.sink),
                           [talk](std::exception_ptr failure, http_answer answered) {
                               if (failure) std::rethrow_exception(failure);
                               talk->answered = std::move(answered);
                               talk->over = true;
                           });
        settle_down();
        return talk;
    }
    std::shared_ptr<conversation> begin(const std::string& method, array params = {}) {
        return send(encode_call(call{method, std::move(params)}));
    }
    std::string ask(const std::string& method, array params = {}) {
        return begin(method, std::move(params))->shown();
    }

private:
    std::unique_ptr<io::asio::io_context> loop_ = std::make_unique<io::asio::io_context>(1);

public:
    io::asio::io_context& loop = *loop_;
    fake_port port{loop};
    api methods;
};

inline value text(std::string held) {
    return value{std::move(held)};
}
inline value number(std::int64_t held) {
    return value{held};
}
inline value truth(bool held) {
    return value{held};
}

}  // namespace ringmaster::rpc

#include "http/page_actions.hpp"

#include <algorithm>
#include <ctime>

#include "http/http_date.hpp"

namespace ringmaster::http {
namespace {

/// Fault codes of the API that the messages tell apart.
namespace code {
constexpr int no_file = 20;
constexpr int not_executable = 21;
constexpr int abnormal_termination = 40;
constexpr int spawn_error = 50;
constexpr int already_started = 60;
}  // namespace code

std::string start_message(const std::string& process, const action_result& result) {
    const std::string error = "ERROR: Process " + process + ": ";
    switch (result.code) {
        case 0: return "Process " + process + " started";
        case code::already_started: return error + "already started";
        case code::no_file: return error + "no such file";
        case code::not_executable: return error + "file not executable";
        case code::spawn_error: return error + "spawn error";
        case code::abnormal_termination: return error + "abnormal termination";
        default: return error + unexpected_fault(result);
    }
}

bool exists(const std::string& name, const dashboard_port& dashboard) {
    const auto all = dashboard.processes();
    return std::any_of(all.begin(), all.end(), [&name](const core::process_info& each) {
        return core::namespec(each.group, each.name) == name ||
               std::string(each.group).append(":").append(each.name) == name;
    });
}

std::string now_text() {
    return page_time(std::time(nullptr));
}

/// What single processes did not do is no fault of these calls; that the daemon is stopping is.
std::string message_for_all(const std::string& done, const action_result& result) {
    return result.code == 0 ? "All " + done + " at " + now_text() : unexpected_fault(result);
}

task<std::optional<std::string>> perform_on_process(const action_request& wanted,
                                                    dashboard_port& dashboard) {
    const std::string& name = wanted.process;
    std::optional<std::string> message;
    if (wanted.action == "start") {
        const action_result result = co_await dashboard.call("supervisor.startProcess", name);
        message = start_message(name, result);
    } else if (wanted.action == "stop") {
        const action_result result = co_await dashboard.call("supervisor.stopProcess", name);
        message = result.code == 0 ? "Process " + name + " stopped" : unexpected_fault(result);
    } else if (wanted.action == "restart") {
        // Says "restarted" whatever came of it, as Supervisor does.
        (void)co_await dashboard.call("supervisor.stopProcess", name);
        (void)co_await dashboard.call("supervisor.startProcess", name);
        message = "Process " + name + " restarted";
    } else if (wanted.action == "clearlog") {
        const action_result result = co_await dashboard.call("supervisor.clearProcessLogs", name);
        message = result.code == 0 ? "Log for " + name + " cleared" : unexpected_fault(result);
    }
    co_return message;
}

}  // namespace

std::string unexpected_fault(const action_result& result) {
    return "unexpected rpc fault [" + std::to_string(result.code) + "] " + result.text;
}

task<std::optional<std::string>> perform(const action_request& wanted, dashboard_port& dashboard) {
    std::optional<std::string> message;
    if (wanted.action == "refresh") {
        message = "Page refreshed at " + now_text();
    } else if (wanted.action == "stopall") {
        const action_result result = co_await dashboard.call("supervisor.stopAllProcesses", {});
        message = message_for_all("stopped", result);
    } else if (wanted.action == "restartall") {
        action_result result = co_await dashboard.call("supervisor.stopAllProcesses", {});
        if (result.code == 0) result = co_await dashboard.call("supervisor.startAllProcesses", {});
        message = message_for_all("restarted", result);
    } else if (!wanted.process.empty()) {
        if (exists(wanted.process, dashboard))
            message = co_await perform_on_process(wanted, dashboard);
        else
            message = "No such process named " + wanted.process;
    }
    co_return message;
}

}  // namespace ringmaster::http

// Actions that only look: status, pid, version, avail.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "core/process_info.hpp"
#include "core/text.hpp"
#include "ctl/action_table.hpp"
#include "ctl/actions.hpp"
#include "ctl/answers.hpp"
#include "ctl/status_table.hpp"

namespace ringmaster::ctl {
namespace {

using words = std::vector<std::string>;

bool names_everything(const words& names) {
    return names.empty() || std::ranges::find(names, "all") != names.end();
}

/// Appends what `argument` names to `shown`, or a line about it to `errors`.
void select(const std::vector<process_line>& processes, const std::string& argument,
            std::vector<const process_line*>& shown, std::string& errors) {
    const auto wanted = split_name(argument);
    const auto before = shown.size();
    for (const auto& process : processes)
        if (process.group == wanted.group && (wanted.whole_group() || process.name == wanted.name))
            shown.push_back(&process);
    if (shown.size() != before) return;
    fmt::format_to(std::back_inserter(errors), "{}: ERROR (no such {})\n",
                   wanted.whole_group() ? wanted.group : argument,
                   wanted.whole_group() ? "group" : "process");
}

bool counts_as_stopped(const process_line* process) {
    return core::is_stopped(static_cast<core::process_state>(process->state));
}

outcome<void> show_one_pid(session& with, const std::string& name) {
    const auto answer = with.rpc().call("getProcessInfo", {{name}});
    if (!answer && answer.error().is(rpc::fault_code::bad_name)) {
        with.out().line(fmt::format("No such process {}", name));
        with.set_status(exit_generic);
        return {};
    }
    if (!answer) return answer.error();
    const auto process = read_process(*answer);
    if (!process) return process.error();
    with.out().line(fmt::to_string(process->pid));
    if (process->pid == 0) with.set_status(exit_not_running);
    return {};
}

outcome<void> show_all_pids(session& with) {
    const auto processes = with.all_processes();
    if (!processes) return processes.error();
    std::string out;
    for (const auto& process : *processes)
        fmt::format_to(std::back_inserter(out), "{}\n", process.pid);
    with.out().print(out);
    return {};
}

}  // namespace

outcome<void> show_status(session& with, std::string_view arguments) {
    const auto usable = with.check_server();
    if (!usable) return usable.error();
    if (!*usable) {
        with.set_status(status_unknown);
        return {};
    }
    const auto processes = with.all_processes();
    if (!processes) return processes.error();

    std::vector<const process_line*> shown;
    std::string errors;
    if (const auto names = core::split_blanks(arguments); names_everything(names)) {
        for (const auto& process : *processes) shown.push_back(&process);
    } else {
        for (const auto& name : names) select(*processes, name, shown, errors);
    }
    with.out().print(errors + status_table(shown));
    if (!errors.empty()) with.set_status(status_unknown);
    if (std::ranges::any_of(shown, counts_as_stopped)) with.set_status(status_not_running);
    return {};
}

outcome<void> show_pid(session& with, std::string_view arguments) {
    const auto usable = with.check_server();
    if (!usable) return usable.error();
    if (!*usable) return {};
    const auto names = core::split_blanks(arguments);
    if (names.empty()) {
        const auto answer = with.rpc().call("getPID");
        if (!answer) return answer.error();
        const auto pid = read_number(*answer);
        if (!pid) return pid.error();
        with.out().line(fmt::to_string(*pid));
        return {};
    }
    if (names_everything(names)) return show_all_pids(with);
    for (const auto& name : names)
        if (auto shown = show_one_pid(with, name); !shown) return shown;
    return {};
}

outcome<void> show_version(session& with, std::string_view arguments) {
    if (!arguments.empty()) {
        print_usage_error(with, "version", "version accepts no arguments");
        with.set_status(exit_generic);
        return {};
    }
    const auto usable = with.check_server();
    if (!usable) return usable.error();
    if (!*usable) return {};
    const auto answer = with.rpc().call("getSupervisorVersion");
    if (!answer) return answer.error();
    const auto version = read_text(*answer);
    if (!version) return version.error();
    with.out().line(*version);
    return {};
}

outcome<void> show_available(session& with, std::string_view arguments) {
    if (!arguments.empty()) {
        print_usage_error(with, "avail", "avail accepts no arguments");
        with.set_status(exit_generic);
        return {};
    }
    const auto answer = with.rpc().call("getAllConfigInfo");
    if (!answer && answer.error().is(rpc::fault_code::shutdown_state)) {
        with.out().line("ERROR: supervisor shutting down");
        with.set_status(exit_generic);
        return {};
    }
    if (!answer) return answer.error();
    const auto lines = read_config_lines(*answer);
    if (!lines) return lines.error();
    std::string out;
    for (const auto& line : *lines)
        fmt::format_to(std::back_inserter(out), "{} {} {} {}:{}\n",
                       padded(core::namespec(line.group, line.name), 32),
                       padded(line.in_use ? "in use" : "avail", 9),
                       padded(line.autostart ? "auto" : "manual", 9), line.group_priority,
                       line.process_priority);
    with.out().print(out);
    return {};
}

}  // namespace ringmaster::ctl

// Actions on processes: start, stop, restart, signal, clear.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/process_info.hpp"
#include "core/text.hpp"
#include "ctl/action_table.hpp"
#include "ctl/actions.hpp"
#include "ctl/answers.hpp"

namespace ringmaster::ctl {
namespace {

using words = std::vector<std::string>;
using code = rpc::fault_code;

/// What one result code of an operation means to the user.
struct reaction {
    code on;
    std::string_view text;      ///< in "name: ERROR (text)"
    std::optional<int> status;  ///< unset: the exit status stays
};

/// One kind of operation. Methods are called with `leading` in front of or behind the name.
struct operation {
    std::string_view verb;  ///< of success: "started"
    std::span<const reaction> reactions;
    std::string_view one;    ///< method for a single process
    std::string_view group;  ///< method for a group; empty: there is none
    std::string_view all;    ///< method for everything
    int unknown_group_status = exit_generic;
    std::optional<std::string> signal = std::nullopt;  ///< further parameter
};

constexpr reaction start_reactions[] = {
    {code::bad_name, "no such process", exit_generic},
    {code::no_file, "no such file", exit_generic},
    {code::not_executable, "file is not executable", exit_generic},
    {code::already_started, "already started", std::nullopt},
    {code::spawn_error, "spawn error", exit_not_running},
    {code::abnormal_termination, "abnormal termination", exit_not_running},
};
// An empty text stands for the daemon's own words.
constexpr reaction stop_reactions[] = {
    {code::bad_name, "no such process", exit_generic},
    {code::bad_signal, "bad signal name", exit_generic},
    {code::not_running, "not running", std::nullopt},
    {code::failed, "", exit_generic},
};
constexpr reaction signal_reactions[] = {
    {code::bad_name, "no such process", exit_generic},
    {code::bad_signal, "bad signal name", exit_generic},
    {code::not_running, "not running", exit_not_running},
    {code::failed, "", exit_generic},
};
constexpr reaction clear_reactions[] = {
    {code::bad_name, "no such process", exit_generic},
    {code::failed, "failed", exit_generic},
};

const operation starting{"started",           start_reactions,     "startProcess",
                         "startProcessGroup", "startAllProcesses", exit_invalid_arguments};
const operation stopping{"stopped", stop_reactions, "stopProcess", "stopProcessGroup",
                         "stopAllProcesses"};
const operation clearing{"cleared", clear_reactions, "clearProcessLogs", "", "clearAllProcessLogs"};

outcome<void> report(session& with, const operation& what, const operation_result& result) {
    const auto name = core::namespec(result.group, result.name);
    if (result.status == static_cast<int>(code::success)) {
        with.out().line(fmt::format("{}: {}", name, what.verb));
        return {};
    }
    const auto known = std::ranges::find_if(what.reactions, [&](const reaction& one) {
        return static_cast<int>(one.on) == result.status;
    });
    if (known == what.reactions.end())
        return plain_failure("ValueError",
                             fmt::format("Unknown result code {} for {}", result.status, name));
    with.out().line(known->text.empty() ? result.description
                                        : fmt::format("{}: ERROR ({})", name, known->text));
    if (known->status) with.set_status(*known->status);
    return {};
}

outcome<void> report_all(session& with, const operation& what, const rpc::value& answer) {
    const auto results = read_operations(answer);
    if (!results) return results.error();
    for (const auto& result : *results)
        if (auto done = report(with, what, result); !done) return done;
    return {};
}

rpc::array parameters(const operation& what, std::optional<std::string> name) {
    rpc::array list;
    if (name) list.emplace_back(*std::move(name));
    if (what.signal) list.emplace_back(*what.signal);
    return list;
}

outcome<void> apply_to_all(session& with, const operation& what) {
    const auto answer = with.rpc().call(what.all, parameters(what, std::nullopt));
    if (!answer) return answer.error();
    return report_all(with, what, *answer);
}

outcome<void> apply_to_group(session& with, const operation& what, const std::string& group) {
    const auto answer = with.rpc().call(what.group, parameters(what, group));
    if (answer) return report_all(with, what, *answer);
    if (!answer.error().is(code::bad_name)) return answer.error();
    with.out().line(fmt::format("{}: ERROR (no such group)", group));
    with.set_status(what.unknown_group_status);
    return {};
}

outcome<void> apply_to_one(session& with, const operation& what, const std::string& name) {
    auto split = split_name(name);
    // Only for clearing; the odd name is what Supervisor prints there.
    if (split.whole_group()) split.name = "None";
    operation_result result{split.group, split.name, static_cast<int>(code::success), {}};
    const auto answer = with.rpc().call(what.one, parameters(what, name));
    if (!answer) {
        const auto why = answer.error();
        if (why.kind != failure_kind::fault) return why;
        result.status = why.code;
        result.description = why.text;
    }
    return report(with, what, result);
}

outcome<void> apply(session& with, const operation& what, const words& names) {
    if (std::ranges::find(names, "all") != names.end()) return apply_to_all(with, what);
    for (const auto& name : names) {
        const auto split = split_name(name);
        auto done = split.whole_group() && !what.group.empty()
                        ? apply_to_group(with, what, split.group)
                        : apply_to_one(with, what, name);
        if (!done) return done;
    }
    return {};
}

/// The names to work on; empty if there is nothing to do, which was reported then.
outcome<words> checked_names(session& with, std::string_view action, std::string_view arguments,
                             int status_without) {
    const auto usable = with.check_server();
    if (!usable) return usable.error();
    if (!*usable) return words{};
    auto names = core::split_blanks(arguments);
    if (names.empty()) {
        print_usage_error(with, action, fmt::format("{} requires a process name", action));
        with.set_status(status_without);
    }
    return names;
}

outcome<void> check_and_apply(session& with, std::string_view action, const operation& what,
                              std::string_view arguments, int status_without) {
    const auto names = checked_names(with, action, arguments, status_without);
    if (!names) return names.error();
    return apply(with, what, *names);
}

}  // namespace

outcome<void> start_processes(session& with, std::string_view arguments) {
    return check_and_apply(with, "start", starting, arguments, exit_invalid_arguments);
}

outcome<void> stop_processes(session& with, std::string_view arguments) {
    return check_and_apply(with, "stop", stopping, arguments, exit_generic);
}

outcome<void> clear_logs(session& with, std::string_view arguments) {
    return check_and_apply(with, "clear", clearing, arguments, exit_generic);
}

outcome<void> restart_processes(session& with, std::string_view arguments) {
    const auto names = checked_names(with, "restart", arguments, exit_generic);
    if (!names) return names.error();
    if (auto stopped = apply(with, stopping, *names); !stopped) return stopped;
    return apply(with, starting, *names);
}

outcome<void> signal_processes(session& with, std::string_view arguments) {
    const auto usable = with.check_server();
    if (!usable) return usable.error();
    if (!*usable) return {};
    auto names = core::split_blanks(arguments);
    if (names.size() < 2) {
        print_usage_error(with, "signal", "signal requires a signal name and a process name");
        with.set_status(exit_generic);
        return {};
    }
    const operation signalling{
        "signalled",          signal_reactions, "signalProcess",         "signalProcessGroup",
        "signalAllProcesses", exit_generic,     std::move(names.front())};
    names.erase(names.begin());
    return apply(with, signalling, names);
}

}  // namespace ringmaster::ctl

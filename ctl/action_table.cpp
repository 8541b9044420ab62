#include "ctl/action_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ctl/actions.hpp"

namespace ringmaster::ctl {
namespace {

constexpr std::array actions{
    action{"EOF", leave, "", true},
    action{"add", add_groups, "add <name> [...]\tTake new groups of the configuration into use\n"},
    action{"avail", show_available, "avail\t\t\tList every configured process\n"},
    action{"clear", clear_logs,
           "clear <name>\t\tEmpty the log files of a process\n"
           "clear <name> <name>\tEmpty the log files of several processes\n"
           "clear all\t\tEmpty the log files of every process\n"},
    action{"exit", leave, "exit\tLeave the shell\n", true},
    action{"fg", run_foreground,
           "fg <process>\tTalk to a process: its output here, your lines to its stdin\n"
           "\t\tCtrl-C to exit\n"},
    action{"help", show_help,
           "help\t\tList the actions\n"
           "help <action>\tExplain an action\n"},
    action{"maintail", tail_main_log,
           "maintail -f\tFollow the daemon's own log (Ctrl-C to exit)\n"
           "maintail -100\tThe last 100 bytes of the daemon's own log\n"
           "maintail\tThe last 1600 bytes of the daemon's own log\n\n"},
    action{"open", open_server,
           "open <url>\tTalk to another daemon from now on\n"
           "\t\t(for a UNIX domain socket: unix:///socket/path)\n"},
    action{"pid", show_pid,
           "pid\t\t\tThe process id of the daemon\n"
           "pid <name>\t\tThe process id of one process\n"
           "pid all\t\t\tThe process ids of all processes, one per line\n"},
    action{"quit", leave, "quit\tLeave the shell\n", true},
    action{"reload", restart_daemon,
           "reload\t\tRestart the daemon with its configuration read anew\n"},
    action{"remove", remove_groups, "remove <name> [...]\tTake stopped groups out of use\n"},
    action{"reread", reread_config,
           "reread\t\t\tRead the configuration files, but change nothing yet\n"},
    action{"restart", restart_processes,
           "restart <name>\t\tStop and start a process\n"
           "restart <gname>:*\tStop and start all processes of a group\n"
           "restart <name> <name>\tStop and start several processes or groups\n"
           "restart all\t\tStop and start every process\n"
           "Note: the configuration files are not read again; see reread and update.\n"},
    action{"shutdown", shut_down_daemon, "shutdown\tStop all processes and the daemon\n"},
    action{"signal", signal_processes,
           "signal <signal name> <name>\t\tSend a signal to a process\n"
           "signal <signal name> <gname>:*\t\tSend a signal to all processes of a group\n"
           "signal <signal name> <name> <name>\tSend a signal to several processes or groups\n"
           "signal <signal name> all\t\tSend a signal to every process\n"},
    action{"start", start_processes,
           "start <name>\t\tStart a process\n"
           "start <gname>:*\t\tStart all processes of a group\n"
           "start <name> <name>\tStart several processes or groups\n"
           "start all\t\tStart every process\n"},
    action{"status", show_status,
           "status <name>\t\tShow a process\n"
           "status <gname>:*\tShow all processes of a group\n"
           "status <name> <name>\tShow several processes or groups\n"
           "status\t\t\tShow every process\n"},
    action{"stop", stop_processes,
           "stop <name>\t\tStop a process\n"
           "stop <gname>:*\t\tStop all processes of a group\n"
           "stop <name> <name>\tStop several processes or groups\n"
           "stop all\t\tStop every process\n"},
    action{"tail", tail_log,
           "tail [-f] <name> [stdout|stderr] (default stdout)\n"
           "Examples:\n"
           "tail -f <name>\t\tFollow the stdout of a process (Ctrl-C to exit)\n"
           "tail -100 <name>\tThe last 100 bytes of its stdout\n"
           "tail <name> stderr\tThe last 1600 bytes of its stderr\n"},
    action{"update", update_groups,
           "update\t\t\tRead the configuration files and apply what changed in them\n"
           "update all\t\tThe same\n"
           "update <gname> [...]\tApply the changes of these groups only\n"},
    action{"version", show_version, "version\t\t\tThe version of the daemon\n"},
};

}  // namespace

std::span<const action> all_actions() {
    return actions;
}

const action* find_action(std::string_view name) {
    const auto found = std::ranges::lower_bound(actions, name, {}, &action::name);
    return found != actions.end() && found->name == name ? &*found : nullptr;
}

void print_usage_error(session& with, std::string_view name, std::string_view message) {
    with.out().print(fmt::format("Error: {}\n{}", message, find_action(name)->help));
}

}  // namespace ringmaster::ctl

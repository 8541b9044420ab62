// The method table of the namespace "supervisor".

#include "rpc/supervisor_methods.hpp"

namespace ringmaster::rpc {
namespace {

constexpr parameter always_true{"boolean", "result", "always true unless a fault is answered"};
constexpr parameter result_list{"array", "results",
                                "a struct of name, group, status and description per process"};
constexpr parameter process_name{"string", "name", "name, or group:name"};
constexpr parameter process_or_group{"string", "name", "name, group:name, or group:* for a group"};
constexpr parameter group_name{"string", "name", "name of the group"};
constexpr parameter wait_flag{"boolean", "wait", "whether to wait until it is done; default true",
                              true};
constexpr parameter signal_name{"string", "signal", "name (\"HUP\", \"SIGHUP\") or number"};
constexpr parameter stdin_text{"string", "chars", "the text, as it is: no newline is added"};
constexpr parameter offset{"int", "offset", "bytes from the beginning, or if negative the end"};
constexpr parameter length{"int", "length", "bytes to read; 0 for all that follow"};
constexpr parameter tail_offset{"int", "offset", "bytes of the log that are known already"};
constexpr parameter tail_length{"int", "length", "bytes to read at most"};
constexpr parameter log_text{"string", "text", "that part of the log"};
constexpr parameter tail_result{"array", "result",
                                "the text, the size of the log, and whether there was more"};

constexpr std::string_view help_api_version = "The version of this API.";
constexpr std::string_view help_read_main = "Reads from the log of the daemon.";
constexpr std::string_view help_read_stdout = "Reads from the stdout log of a process.";
constexpr std::string_view help_tail_stdout =
    "Reads the end of a process's stdout log, if there is more than the caller knows.";

constexpr std::string_view help_clear = "Empties the logs of a process.";

constexpr std::array methods{
    method{"addProcessGroup",
           "Makes a group of the configuration that was read last active.",
           always_true,
           {group_name},
           add_process_group},
    method{"clearAllProcessLogs",
           "Empties the logs of all processes.",
           result_list,
           {},
           clear_all_process_logs},
    method{"clearLog", "Empties the log of the daemon.", always_true, {}, clear_log},
    method{"clearProcessLog", help_clear, always_true, {process_name}, clear_process_logs},
    method{"clearProcessLogs", help_clear, always_true, {process_name}, clear_process_logs},
    method{"getAPIVersion", help_api_version, {"string", "version", "3.0"}, {}, get_api_version},
    method{"getAllConfigInfo",
           "Tells what the configuration that was read last says of all processes, by name.",
           {"array", "processes", "structs of options and their values"},
           {},
           get_all_config_info},
    method{"getAllProcessInfo",
           "Tells about all processes, sorted by group and name.",
           {"array", "processes", "structs as getProcessInfo answers them"},
           {},
           get_all_process_info},
    method{"getIdentification",
           "The identifier that the configuration gives this daemon.",
           {"string", "identifier", "the identifier"},
           {},
           get_identification},
    method{"getPID", "The process id of the daemon.", {"int", "pid", "the pid"}, {}, get_pid},
    method{"getProcessInfo",
           "Tells about one process.",
           {"struct", "info", "state, times, pid, logs and a description"},
           {process_name},
           get_process_info},
    method{"getState",
           "The state of the daemon.",
           {"struct", "state", "statecode and statename"},
           {},
           get_state},
    method{"getSupervisorVersion",
           "The release of Supervisor that this daemon behaves like.",
           {"string", "version", "the version"},
           {},
           get_supervisor_version},
    method{"getVersion", help_api_version, {"string", "version", "3.0"}, {}, get_api_version},
    method{"readLog", help_read_main, log_text, {offset, length}, read_log},
    method{"readMainLog", help_read_main, log_text, {offset, length}, read_log},
    method{"readProcessLog",
           help_read_stdout,
           log_text,
           {process_name, offset, length},
           read_process_stdout_log},
    method{"readProcessStderrLog",
           "Reads from the stderr log of a process.",
           log_text,
           {process_name, offset, length},
           read_process_stderr_log},
    method{"readProcessStdoutLog",
           help_read_stdout,
           log_text,
           {process_name, offset, length},
           read_process_stdout_log},
    method{"reloadConfig",
           "Reads the configuration again. Nothing that is active changes.",
           {"array", "result", "an array of three: groups added, changed and removed"},
           {},
           reload_config},
    method{"removeProcessGroup",
           "Drops a group, none of whose processes may run.",
           always_true,
           {group_name},
           remove_process_group},
    method{"restart", "Stops everything and starts anew.", always_true, {}, restart},
    method{"sendProcessStdin",
           "Writes text to the standard input of a process.",
           always_true,
           {process_name, stdin_text},
           send_process_stdin},
    method{"sendRemoteCommEvent",
           "Sends an event of type REMOTE_COMMUNICATION to the listeners that subscribed to it.",
           always_true,
           {parameter{"string", "type", "what kind of message it is"},
            parameter{"string", "data", "the message"}},
           send_remote_comm_event,
           false},
    method{"shutdown", "Stops everything and ends the daemon.", always_true, {}, shutdown},
    method{"signalAllProcesses",
           "Sends a signal to every process that has a child.",
           result_list,
           {signal_name},
           signal_all_processes},
    method{"signalProcess",
           "Sends a signal to the child of a process.",
           always_true,
           {process_or_group, signal_name},
           signal_process},
    method{"signalProcessGroup",
           "Sends a signal to every process of a group that has a child.",
           result_list,
           {group_name, signal_name},
           signal_process_group},
    method{"startAllProcesses",
           "Starts every process that is not running.",
           result_list,
           {wait_flag},
           start_all_processes},
    method{"startProcess",
           "Starts a process.",
           always_true,
           {process_or_group, wait_flag},
           start_process},
    method{"startProcessGroup",
           "Starts every process of a group that is not running.",
           result_list,
           {group_name, wait_flag},
           start_process_group},
    method{"stopAllProcesses",
           "Stops every process that is running.",
           result_list,
           {wait_flag},
           stop_all_processes},
    method{"stopProcess",
           "Stops a process.",
           always_true,
           {process_or_group, wait_flag},
           stop_process},
    method{"stopProcessGroup",
           "Stops every process of a group that is running.",
           result_list,
           {group_name, wait_flag},
           stop_process_group},
    method{"tailProcessLog",
           help_tail_stdout,
           tail_result,
           {process_name, tail_offset, tail_length},
           tail_process_stdout_log},
    method{"tailProcessStderrLog",
           "Reads the end of a process's stderr log, if there is more than the caller knows.",
           tail_result,
           {process_name, tail_offset, tail_length},
           tail_process_stderr_log},
    method{"tailProcessStdoutLog",
           help_tail_stdout,
           tail_result,
           {process_name, tail_offset, tail_length},
           tail_process_stdout_log},
};

}  // namespace

std::span<const method> supervisor_methods() {
    return methods;
}

}  // namespace ringmaster::rpc

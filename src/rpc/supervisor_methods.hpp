// The functions behind the methods of the namespace "supervisor", by topic.
//
// Internal to the layer: only the table in supervisor_methods.cpp refers to them.
#pragma once

#include "rpc/method.hpp"

namespace ringmaster::rpc {

// supervisor_identity.cpp: the daemon itself
reply<void> get_api_version(invocation& in);
reply<void> get_supervisor_version(invocation& in);
reply<void> get_identification(invocation& in);
reply<void> get_state(invocation& in);
reply<void> get_pid(invocation& in);
reply<void> send_remote_comm_event(invocation& in);
reply<void> shutdown(invocation& in);
reply<void> restart(invocation& in);

// supervisor_groups.cpp: the configuration, and groups that come and go
task<reply<void>> reload_config(invocation& in);
task<reply<void>> add_process_group(invocation& in);
reply<void> remove_process_group(invocation& in);

// supervisor_config.cpp: what processes are configured
reply<void> get_all_config_info(invocation& in);

// supervisor_info.cpp: what processes do
reply<void> get_process_info(invocation& in);
reply<void> get_all_process_info(invocation& in);

// supervisor_control.cpp: telling processes what to do
task<reply<void>> start_process(invocation& in);
task<reply<void>> start_process_group(invocation& in);
task<reply<void>> start_all_processes(invocation& in);
task<reply<void>> stop_process(invocation& in);
task<reply<void>> stop_process_group(invocation& in);
task<reply<void>> stop_all_processes(invocation& in);
task<reply<void>> signal_process(invocation& in);
task<reply<void>> signal_process_group(invocation& in);
task<reply<void>> signal_all_processes(invocation& in);
reply<void> send_process_stdin(invocation& in);

// supervisor_logs.cpp: reading logs
task<reply<void>> read_log(invocation& in);
task<reply<void>> read_process_stdout_log(invocation& in);
task<reply<void>> read_process_stderr_log(invocation& in);
task<reply<void>> tail_process_stdout_log(invocation& in);
task<reply<void>> tail_process_stderr_log(invocation& in);

// supervisor_clearing.cpp: clearing logs
reply<void> clear_log(invocation& in);
task<reply<void>> clear_process_logs(invocation& in);
task<reply<void>> clear_all_process_logs(invocation& in);

}  // namespace ringmaster::rpc

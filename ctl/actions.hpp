// The actions themselves, in the files actions_*.cpp and foreground.cpp; see action_function.
#pragma once

#include <string_view>

#include "ctl/failure.hpp"
#include "ctl/session.hpp"

namespace ringmaster::ctl {

outcome<void> show_status(session& with, std::string_view arguments);
outcome<void> show_pid(session& with, std::string_view arguments);
outcome<void> show_version(session& with, std::string_view arguments);
outcome<void> show_available(session& with, std::string_view arguments);
outcome<void> show_help(session& with, std::string_view arguments);

outcome<void> start_processes(session& with, std::string_view arguments);
outcome<void> stop_processes(session& with, std::string_view arguments);
outcome<void> restart_processes(session& with, std::string_view arguments);
outcome<void> signal_processes(session& with, std::string_view arguments);
outcome<void> clear_logs(session& with, std::string_view arguments);

outcome<void> tail_log(session& with, std::string_view arguments);
outcome<void> tail_main_log(session& with, std::string_view arguments);
outcome<void> run_foreground(session& with, std::string_view arguments);

outcome<void> reread_config(session& with, std::string_view arguments);
outcome<void> update_groups(session& with, std::string_view arguments);
outcome<void> add_groups(session& with, std::string_view arguments);
outcome<void> remove_groups(session& with, std::string_view arguments);

outcome<void> shut_down_daemon(session& with, std::string_view arguments);
outcome<void> restart_daemon(session& with, std::string_view arguments);
outcome<void> open_server(session& with, std::string_view arguments);
outcome<void> leave(session& with, std::string_view arguments);

}  // namespace ringmaster::ctl

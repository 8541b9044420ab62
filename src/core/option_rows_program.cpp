#include "core/option_rows.hpp"

namespace ringmaster::core::rows {
namespace {

using type = value_type;

#define RM_FIELD(member)              \
    [](process_config & p) -> auto& { \
        return p.member;              \
    }

// clang-format off
const option table[] = {
    {.name = "priority", .type = type::integer, .fallback = "999",
     .help = "low starts first and stops last", .process = RM_FIELD(priority)},
    {.name = "autostart", .type = type::boolean, .fallback = "true",
     .help = "start with the daemon", .process = RM_FIELD(autostart)},
    {.name = "autorestart", .type = type::autorestart, .fallback = "unexpected",
     .help = "after an exit: true, false, or unexpected (by exit code)",
     .process = RM_FIELD(autorestart)},
    {.name = "startsecs", .type = type::seconds, .fallback = "1",
     .help = "seconds to stay up before it counts as running", .process = RM_FIELD(startsecs)},
    {.name = "startretries", .type = type::integer, .fallback = "3",
     .help = "failed starts in a row before giving up", .process = RM_FIELD(startretries)},
    {.name = "stopsignal", .type = type::signal, .fallback = "TERM",
     .help = "signal that asks it to stop", .process = RM_FIELD(stopsignal)},
    {.name = "stopwaitsecs", .type = type::seconds, .fallback = "10",
     .help = "seconds between that signal and SIGKILL", .process = RM_FIELD(stopwaitsecs)},
    {.name = "stopasgroup", .type = type::boolean, .fallback = "false",
     .help = "send the stop signal to the whole process group", .process = RM_FIELD(stopasgroup)},
    {.name = "killasgroup", .type = type::boolean, .fallback = "",
     .help = "send SIGKILL to the whole process group; default: as stopasgroup",
     .sample = "false", .process = RM_FIELD(killasgroup)},
    {.name = "exitcodes", .type = type::exit_codes, .fallback = "0",
     .help = "exit codes that are expected", .process = RM_FIELD(exitcodes)},
    {.name = "redirect_stderr", .type = type::boolean, .fallback = "false",
     .help = "send stderr where stdout goes", .process = RM_FIELD(redirect_stderr)},
    {.name = "numprocs", .type = type::integer, .fallback = "1",
     .help = "how many processes to make of this section"},
    {.name = "numprocs_start", .type = type::integer, .fallback = "0",
     .help = "first value of %(process_num)d"},
    {.name = "stdout_capture_maxbytes", .type = type::byte_size, .fallback = "0",
     .help = "most bytes of one captured message; 0: no capture mode",
     .process = RM_FIELD(stdout_log.capture_maxbytes)},
    {.name = "stdout_events_enabled", .type = type::boolean, .fallback = "false",
     .help = "raise an event for output", .process = RM_FIELD(stdout_log.events_enabled)},
    {.name = "stderr_capture_maxbytes", .type = type::byte_size, .fallback = "0",
     .help = "most bytes of one captured message; 0: no capture mode",
     .process = RM_FIELD(stderr_log.capture_maxbytes)},
    {.name = "stderr_events_enabled", .type = type::boolean, .fallback = "false",
     .help = "raise an event for output", .process = RM_FIELD(stderr_log.events_enabled)},
    {.name = "serverurl", .type = type::serverurl, .fallback = "AUTO",
     .help = "SUPERVISOR_SERVER_URL for the program", .process = RM_FIELD(serverurl)},
    {.name = "user", .type = type::user, .fallback = "",
     .help = "account to run as; default: the daemon's", .sample = "daemon",
     .process = RM_FIELD(user)},
    {.name = "umask", .type = type::octal, .fallback = "",
     .help = "file mode creation mask; default: the daemon's", .sample = "022",
     .process = RM_FIELD(umask)},
    {.name = "environment", .type = type::variables, .fallback = "",
     .help = "variables, on top of [supervisord]'s", .sample = "A=\"1\",B=\"2\"",
     .when = stage::process, .process = RM_FIELD(env)},
    {.name = "directory", .type = type::text, .fallback = "",
     .help = "directory to run in; default: the daemon's", .sample = "/tmp",
     .when = stage::process, .process = RM_FIELD(directory)},
    {.name = "stdout_logfile", .type = type::logfile, .fallback = "AUTO",
     .help = "path, AUTO or NONE",
     .when = stage::process, .process = RM_FIELD(stdout_log)},
    {.name = "stdout_logfile_backups", .type = type::integer, .fallback = "10",
     .help = "rotated logs to keep",
     .when = stage::process, .process = RM_FIELD(stdout_log.backups)},
    {.name = "stdout_logfile_maxbytes", .type = type::byte_size, .fallback = "50MB",
     .help = "size at which the log is rotated; 0: never",
     .when = stage::process, .process = RM_FIELD(stdout_log.maxbytes)},
    {.name = "stdout_syslog", .type = type::boolean, .fallback = "false",
     .help = "send output to syslog, too",
     .when = stage::process, .process = RM_FIELD(stdout_log.syslog)},
    {.name = "stderr_logfile", .type = type::logfile, .fallback = "AUTO",
     .help = "path, AUTO or NONE",
     .when = stage::process, .process = RM_FIELD(stderr_log)},
    {.name = "stderr_logfile_backups", .type = type::integer, .fallback = "10",
     .help = "rotated logs to keep",
     .when = stage::process, .process = RM_FIELD(stderr_log.backups)},
    {.name = "stderr_logfile_maxbytes", .type = type::byte_size, .fallback = "50MB",
     .help = "size at which the log is rotated; 0: never",
     .when = stage::process, .process = RM_FIELD(stderr_log.maxbytes)},
    {.name = "stderr_syslog", .type = type::boolean, .fallback = "false",
     .help = "send output to syslog, too",
     .when = stage::process, .process = RM_FIELD(stderr_log.syslog)},
    {.name = "command", .type = type::text, .fallback = "",
     .help = "program and arguments; PATH is searched", .sample = "/usr/bin/cat", .required = true,
     .when = stage::process, .process = RM_FIELD(command)},
    {.name = "process_name", .type = type::name, .fallback = "%(program_name)s",
     .help = "needs %(process_num)d when numprocs is above 1",
     .when = stage::process, .process = RM_FIELD(name)},
};
// clang-format on

#undef RM_FIELD

}  // namespace

std::span<const option> program() {
    return table;
}

}  // namespace ringmaster::core::rows

#include "core/option_rows.hpp"

namespace ringmaster::core::rows {
namespace {

using type = value_type;

constexpr command_line_form letter(char c) {
    return {true, c};
}
constexpr command_line_form long_only{true, '\0'};

#define RM_FIELD(member)             \
    [](daemon_config & d) -> auto& { \
        return d.member;             \
    }

// clang-format off
const option table[] = {
    {.name = "minfds", .type = type::integer, .fallback = "1024",
     .help = "descriptors that must be available before anything starts",
     .command_line = letter('a'), .daemon = RM_FIELD(minfds)},
    {.name = "minprocs", .type = type::integer, .fallback = "200",
     .help = "processes that must be available before anything starts",
     .command_line = long_only, .daemon = RM_FIELD(minprocs)},
    {.name = "directory", .type = type::directory, .fallback = "",
     .help = "directory to change to when daemonizing; default: stay", .sample = "/tmp",
     .command_line = letter('d'), .daemon = RM_FIELD(directory)},
    {.name = "user", .type = type::user, .fallback = "",
     .help = "account to become when started as root; default: stay", .sample = "daemon",
     .command_line = letter('u'), .daemon = RM_FIELD(user)},
    {.name = "umask", .type = type::octal, .fallback = "022",
     .help = "file mode creation mask, set when daemonizing",
     .command_line = letter('m'), .daemon = RM_FIELD(umask)},
    {.name = "logfile", .type = type::dirpath, .fallback = "supervisord.log",
     .help = "main log; \"syslog\" for syslog(3)",
     .command_line = letter('l'), .daemon = RM_FIELD(logfile)},
    {.name = "logfile_maxbytes", .type = type::byte_size, .fallback = "50MB",
     .help = "size at which the main log is rotated; 0: never",
     .command_line = letter('y'), .daemon = RM_FIELD(logfile_maxbytes)},
    {.name = "logfile_backups", .type = type::integer, .fallback = "10",
     .help = "rotated main logs to keep",
     .command_line = letter('z'), .daemon = RM_FIELD(logfile_backups)},
    {.name = "loglevel", .type = type::loglevel, .fallback = "info",
     .help = "critical, error, warn, info, debug, trace or blather",
     .command_line = letter('e'), .daemon = RM_FIELD(loglevel)},
    {.name = "pidfile", .type = type::dirpath, .fallback = "supervisord.pid",
     .help = "where the daemon writes its process id",
     .command_line = letter('j'), .daemon = RM_FIELD(pidfile)},
    {.name = "identifier", .type = type::text, .fallback = "supervisor",
     .help = "name of this daemon in events and automatic log names",
     .command_line = letter('i'), .daemon = RM_FIELD(identifier)},
    {.name = "nodaemon", .type = type::boolean, .fallback = "false",
     .help = "stay in the foreground",
     .command_line = letter('n'), .daemon = RM_FIELD(nodaemon)},
    {.name = "silent", .type = type::boolean, .fallback = "false",
     .help = "in the foreground: do not copy the main log to stdout",
     .command_line = letter('s'), .daemon = RM_FIELD(silent)},
    {.name = "childlogdir", .type = type::directory, .fallback = "",
     .help = "where AUTO logs go; default: the directory for temporary files", .sample = "/tmp",
     .command_line = letter('q'), .daemon = RM_FIELD(childlogdir)},
    {.name = "nocleanup", .type = type::boolean, .fallback = "false",
     .help = "keep the AUTO logs of earlier runs",
     .command_line = letter('k'), .daemon = RM_FIELD(nocleanup)},
    {.name = "strip_ansi", .type = type::boolean, .fallback = "false",
     .help = "remove terminal escape sequences from child logs",
     .command_line = letter('t'), .daemon = RM_FIELD(strip_ansi)},
    {.name = "profile_options", .type = type::ignored, .fallback = "",
     .help = "accepted and ignored",
     .command_line = long_only},
    {.name = "environment", .type = type::variables, .fallback = "",
     .help = "variables for all programs", .sample = "KEY=\"value\"",
     .daemon = RM_FIELD(env)},
    {.name = "io_engine", .type = type::engine, .fallback = "auto",
     .help = "how output is read: auto, uring or epoll",
     .extension = true, .daemon = RM_FIELD(io_engine)},
    {.name = "io_threads", .type = type::thread_count, .fallback = "1",
     .help = "threads that move output to log files, for each file system, 1 to 64",
     .extension = true, .daemon = RM_FIELD(io_threads)},
    {.name = "start_concurrency", .type = type::integer, .fallback = "0",
     .help = "programs that start at once when many are to start; 0: all",
     .extension = true, .daemon = RM_FIELD(start_concurrency)},
};
// clang-format on

#undef RM_FIELD

}  // namespace

std::span<const option> supervisord() {
    return table;
}

}  // namespace ringmaster::core::rows

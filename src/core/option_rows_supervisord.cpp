#include "core/option_rows.hpp"

namespace ringmaster::core::rows {
namespace {

using type = value_type;

constexpr command_line_form letter(char c) {
    return {true, c};
}
constexpr command_line_form long_only{true, '\0'};

// clang-format off
const option table[] = {
    {.name = "minfds", .type = type::integer, .fallback = "1024",
     .help = "descriptors that must be available before anything starts",
     .command_line = letter('a'), .field = RM_FIELD(daemon_config, minfds)},
    {.name = "minprocs", .type = type::integer, .fallback = "200",
     .help = "processes that must be available before anything starts",
     .command_line = long_only, .field = RM_FIELD(daemon_config, minprocs)},
    {.name = "directory", .type = type::directory, .fallback = "",
     .help = "directory to change to when daemonizing; default: stay", .sample = "/tmp",
     .command_line = letter('d'), .field = RM_FIELD(daemon_config, directory)},
    {.name = "user", .type = type::user, .fallback = "",
     .help = "account to become when started as root; default: stay", .sample = "daemon",
     .command_line = letter('u'), .field = RM_FIELD(daemon_config, user)},
    {.name = "umask", .type = type::octal, .fallback = "022",
     .help = "file mode creation mask, set when daemonizing",
     .command_line = letter('m'), .field = RM_FIELD(daemon_config, umask)},
    {.name = "logfile", .type = type::dirpath, .fallback = "supervisord.log",
     .help = "main log; \"syslog\" for syslog(3)",
     .command_line = letter('l'), .field = RM_FIELD(daemon_config, logfile)},
    {.name = "logfile_maxbytes", .type = type::byte_size, .fallback = "50MB",
     .help = "size at which the main log is rotated; 0: never",
     .command_line = letter('y'), .field = RM_FIELD(daemon_config, logfile_maxbytes)},
    {.name = "logfile_backups", .type = type::integer, .fallback = "10",
     .help = "rotated main logs to keep",
     .command_line = letter('z'), .field = RM_FIELD(daemon_config, logfile_backups)},
    {.name = "loglevel", .type = type::loglevel, .fallback = "info",
     .help = "critical, error, warn, info, debug, trace or blather",
     .command_line = letter('e'), .field = RM_FIELD(daemon_config, loglevel)},
    {.name = "pidfile", .type = type::dirpath, .fallback = "supervisord.pid",
     .help = "where the daemon writes its process id",
     .command_line = letter('j'), .field = RM_FIELD(daemon_config, pidfile)},
    {.name = "identifier", .type = type::text, .fallback = "supervisor",
     .help = "name of this daemon in events and automatic log names",
     .command_line = letter('i'), .field = RM_FIELD(daemon_config, identifier)},
    {.name = "nodaemon", .type = type::boolean, .fallback = "false",
     .help = "stay in the foreground",
     .command_line = letter('n'), .field = RM_FIELD(daemon_config, nodaemon)},
    {.name = "silent", .type = type::boolean, .fallback = "false",
     .help = "in the foreground: do not copy the main log to stdout",
     .command_line = letter('s'), .field = RM_FIELD(daemon_config, silent)},
    {.name = "childlogdir", .type = type::directory, .fallback = "",
     .help = "where AUTO logs go; default: the directory for temporary files", .sample = "/tmp",
     .command_line = letter('q'), .field = RM_FIELD(daemon_config, childlogdir)},
    {.name = "nocleanup", .type = type::boolean, .fallback = "false",
     .help = "keep the AUTO logs of earlier runs",
     .command_line = letter('k'), .field = RM_FIELD(daemon_config, nocleanup)},
    {.name = "strip_ansi", .type = type::boolean, .fallback = "false",
     .help = "remove terminal escape sequences from child logs",
     .command_line = letter('t'), .field = RM_FIELD(daemon_config, strip_ansi)},
    {.name = "profile_options", .type = type::ignored, .fallback = "",
     .help = "accepted and ignored",
     .command_line = long_only},
    {.name = "environment", .type = type::variables, .fallback = "",
     .help = "variables for all programs", .sample = "KEY=\"value\"",
     .sees = scope::machine, .field = RM_FIELD(daemon_config, env)},
    {.name = "io_engine", .type = type::engine, .fallback = "auto",
     .help = "how output is read: auto, uring or epoll",
     .extension = true, .field = RM_FIELD(daemon_config, io_engine)},
    {.name = "io_threads", .type = type::thread_count, .fallback = "1",
     .help = "threads that move output to log files, for each file system, 1 to 64",
     .extension = true, .field = RM_FIELD(daemon_config, io_threads)},
    {.name = "io_memory", .type = type::drain_memory, .fallback = "64MB",
     .help = "what all programs together may have in memory of output on its way",
     .extension = true, .field = RM_FIELD(daemon_config, io_memory)},
    {.name = "start_concurrency", .type = type::concurrency, .fallback = "0",
     .help = "programs that start at once when many are to start; 0: all",
     .extension = true, .field = RM_FIELD(daemon_config, start_concurrency)},
    {.name = "stop_concurrency", .type = type::concurrency, .fallback = "1",
     .help = "groups of equal priority that stop together when the daemon ends; 0: all",
     .extension = true, .field = RM_FIELD(daemon_config, stop_concurrency)},
};
// clang-format on

}  // namespace

std::span<const option> supervisord() {
    return table;
}

}  // namespace ringmaster::core::rows

#include "startup.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <iterator>

#include <fmt/format.h>

#include "core/repr.hpp"
#include "io/auto_log.hpp"
#include "io/daemonize.hpp"
#include "io/fcgi_sockets.hpp"
#include "io/posix.hpp"
#include "io/privileges.hpp"

namespace ringmaster {
namespace {

using core::log_level;

constexpr const char* root_warning =
    "Supervisor is running as root.  Privileges were not dropped because no user is specified in "
    "the config file.  If you intend to run as root, you can set user=root in the config file to "
    "avoid this message.";

/// Descriptors that one child costs us: stdin, stdout, stderr, two logs, its pidfd.
constexpr std::uint64_t descriptors_per_child = 6;
constexpr std::uint64_t other_descriptors = 256;

/// The text with a kind of its own, so that boost's result cannot take it for a value.
startup_error text(std::string message) {
    return message;
}

result<void, startup_error> switch_user(core::config& config) {
    const auto& user = config.daemon.user;
    if (!user) {
        if (::getuid() == 0) config.messages.push_back({log_level::critical, root_warning});
        return {};
    }
    if (auto switched = io::become(*user); !switched) return text(switched.error());
    config.messages.push_back(
        {log_level::info, fmt::format("Set uid to user {} succeeded", user->uid)});
    return {};
}

result<void, startup_error> raise_limits(core::config& config, process_setup& setup) {
    const auto& daemon = config.daemon;
    const auto descriptors = static_cast<std::uint64_t>(std::max(0, daemon.minfds));
    const auto processes = static_cast<std::uint64_t>(std::max(0, daemon.minprocs));
    const auto files = io::require_descriptors(descriptors);
    if (!files) return text(files.error());
    if (files->changed) {
        config.messages.push_back(
            {log_level::info, fmt::format("Increased RLIMIT_NOFILE limit to {}", descriptors)});
    }
    const auto tasks = io::require_processes(processes);
    if (!tasks) return text(tasks.error());
    if (tasks->changed) {
        config.messages.push_back(
            {log_level::info, fmt::format("Increased RLIMIT_NPROC limit to {}", processes)});
    }
    setup.child_descriptor_limit = io::take_all_descriptors();
    return {};
}

result<io::main_log, startup_error> open_log(const core::config& config, process_setup& setup) {
    const auto& daemon = config.daemon;
    io::main_log_options options;
    options.path = daemon.logfile;
    options.maxbytes = daemon.logfile_maxbytes;
    options.backups = daemon.logfile_backups;
    options.level = daemon.loglevel;
    // The parent of the daemonizing fork still has a terminal, but the log is the daemon's.
    options.to_stdout = daemon.nodaemon && !daemon.silent;
    auto log = io::main_log::open(options);
    if (log) {
        setup.last_log = std::move(options);
        return *std::move(log);
    }
    return text(
        fmt::format("could not open the log file {}: {}", daemon.logfile, log.error().message()));
}

/// Starts the first thread of the daemon, which has forked by now if it will.
void begin_threads(const core::config& config, io::main_log& log) {
    std::uint64_t processes = 0;
    for (const auto& group : config.groups) processes += group.processes.size();
    io::presize_descriptor_table(processes * descriptors_per_child + other_descriptors);
    log.write_behind();
}

void log_queued_lines(const core::config& config, core::log_sink& log) {
    constexpr std::array order{log_level::critical, log_level::warn, log_level::info};
    for (const auto level : order) {
        for (const auto& line : config.messages) {
            if (line.level == level) log.write(level, line.text);
        }
    }
}

result<void, startup_error> make_auto_logs(core::config& config, core::log_sink& log) {
    const auto& daemon = config.daemon;
    if (!daemon.nocleanup) {
        for (const auto& warning : io::clear_auto_logs(daemon.childlogdir, daemon.identifier)) {
            log.write(log_level::warn, warning);
        }
    }
    for (auto& group : config.groups) {
        if (const auto failed = io::assign_auto_logs(group, daemon)) {
            return text(fmt::format("could not create a log file in {}: {}", daemon.childlogdir,
                                    failed.message()));
        }
    }
    return {};
}

result<std::vector<open_server>, startup_error> open_servers(const core::config& config,
                                                             core::log_sink& log) {
    std::vector<open_server> opened;
    const auto say = [](std::string_view line) { std::cerr << line << std::endl; };
    for (const auto& server : config.servers) {
        for (const auto& name : config.rpc_interfaces) {
            log.write(log_level::info, fmt::format("RPC interface '{}' initialized", name));
        }
        if (server.username.empty()) {
            log.write(log_level::critical,
                      fmt::format("Server '{}' running without any HTTP authentication checking",
                                  server.section));
        }
        auto socket = io::open_listening_socket(server, say);
        if (!socket) return text(describe(socket.error()));
        opened.push_back({&server, std::move(*socket)});
    }
    return opened;
}

/// After the servers: a daemon that was started by mistake must not take the sockets of another.
result<void, startup_error> try_fcgi_sockets(const core::config& config, core::log_sink& log) {
    for (const auto& group : config.groups) {
        if (auto tried = io::fcgi_sockets::try_out(group, log); !tried) return tried.error();
    }
    return {};
}

result<void, startup_error> daemonize(const core::daemon_config& daemon, core::log_sink& log) {
    const auto side = io::fork_daemon();
    if (!side) return text(fmt::format("could not daemonize: {}", side.error().message()));
    if (*side == io::fork_side::parent) {
        log.write(log_level::blather, "supervisord forked; parent exiting");
        ::_exit(0);  // the sockets' files and the log belong to the daemon
    }
    log.write(log_level::info, "daemonizing the supervisord process");
    if (daemon.directory) {
        const auto shown = core::repr(*daemon.directory);
        if (::chdir(daemon.directory->c_str()) == 0) {
            log.write(log_level::info, fmt::format("set current directory: {}", shown));
        } else {
            log.write(log_level::critical,
                      fmt::format("can't chdir into {}: {}", shown, io::last_errno().message()));
        }
    }
    io::detach();
    ::umask(static_cast<mode_t>(daemon.umask));
    return {};
}

}  // namespace

result<prepared, startup_error> prepare(core::config& config, process_setup& setup) {
    if (auto done = switch_user(config); !done) return done.error();
    if (setup.first_start) {
        if (auto done = raise_limits(config, setup); !done) return done.error();
    }
    auto log = open_log(config, setup);
    if (!log) return log.error();
    // As early as can be: who has stopped everything for a restart must not hang over its log.
    const bool forks = setup.first_start && !config.daemon.nodaemon;
    if (!forks) begin_threads(config, *log);
    log_queued_lines(config, *log);
    // Before the AUTO logs are touched: a second daemon started by mistake must not clear away the
    // logs of the first, and the busy socket tells.
    auto servers = open_servers(config, *log);
    if (!servers) return servers.error();
    if (auto done = try_fcgi_sockets(config, *log); !done) return done.error();
    if (auto done = make_auto_logs(config, *log); !done) return done.error();
    if (forks) {
        if (auto done = daemonize(config.daemon, *log); !done) return done.error();
        begin_threads(config, *log);
    }
    return prepared{*std::move(log), *std::move(servers)};
}

}  // namespace ringmaster

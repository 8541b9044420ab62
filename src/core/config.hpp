// The configuration as typed values: what a config file and a command line mean.
//
// Made by core/config_loader from INI text; read by everybody; never changed once made. Holds no
// descriptor and makes no system call. Defaults are Supervisor's; where a default is written here
// the loader's option table is checked against it by a test.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/log.hpp"

namespace ringmaster::core {

/// Environment variables in a fixed order, so that equal environments compare equal.
using environment = std::map<std::string, std::string>;

/// An account that exists in the passwd database, resolved when the configuration was read. For a
/// program only the uid counts: the rest is looked up again for each launch.
/// `groups` starts with the primary group and then lists every group that names the user.
struct account {
    std::string name;
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::vector<std::uint32_t> groups;

    bool operator==(const account&) const = default;
};

enum class autorestart_mode : std::uint8_t { never, unexpected, always };

/// Where one output channel of a process goes.
struct channel_config {
    enum class target : std::uint8_t {
        none,       ///< NONE, OFF or empty: read and discarded
        automatic,  ///< AUTO: a generated name in childlogdir
        file,       ///< `path`, relative to the daemon's directory at spawn time
    };
    target kind = target::automatic;
    std::string path;
    std::int64_t maxbytes = 50 * 1024 * 1024;  ///< bytes; <= 0: never rotated
    int backups = 10;
    std::int64_t capture_maxbytes = 0;  ///< bytes; 0: capture mode is off
    bool events_enabled = false;
    bool syslog = false;

    bool operator==(const channel_config&) const = default;
};

enum class family : std::uint8_t { inet, local };

/// `chown` of a unix socket; unset members stay as created.
struct ownership {
    std::optional<std::uint32_t> uid;
    std::optional<std::uint32_t> gid;

    bool operator==(const ownership&) const = default;
};

/// The listening socket that all instances of one [fcgi-program:x] share.
struct fcgi_socket_config {
    std::string url;  ///< "unix:///path" or "tcp://host:port", as in log lines
    family kind = family::local;
    std::string path;        ///< unix; absolute
    std::string host;        ///< tcp; lower-case
    std::uint16_t port = 0;  ///< tcp
    std::uint32_t mode = 0700;
    ownership owner;
    std::optional<int> backlog;  ///< unset: SOMAXCONN

    bool operator==(const fcgi_socket_config&) const = default;
};

/// One process (one instance of a program section), fully expanded.
struct process_config {
    std::string name;     ///< without the group
    std::string section;  ///< "program:x": for messages
    std::string command;  ///< split at spawn time (core/command_line)
    std::optional<std::string> directory;
    std::optional<std::uint32_t> umask;
    int priority = 999;
    bool autostart = true;
    autorestart_mode autorestart = autorestart_mode::unexpected;
    int startsecs = 1;
    int startretries = 3;
    std::vector<int> exitcodes{0};
    int stopsignal = 15;
    int stopwaitsecs = 10;
    bool stopasgroup = false;
    bool killasgroup = false;
    std::optional<account> user;
    bool redirect_stderr = false;
    channel_config stdout_log;
    channel_config stderr_log;
    environment env;  ///< [supervisord] environment overlaid by the program's own
    /// Unset: AUTO, the daemon's own address. Empty text: SUPERVISOR_SERVER_URL is not set.
    std::optional<std::string> serverurl;
    /// Set for instances of a [fcgi-program:x], which get it as descriptor 0.
    std::shared_ptr<const fcgi_socket_config> fcgi_socket;
};

/// What an [eventlistener:x] pool wants and how much it may be behind.
struct listener_config {
    std::vector<std::string> events;  ///< upper-case type names, abstract ones too; sorted
    int buffer_size = 10;             ///< events
    std::string result_handler = "supervisor.dispatchers:default_handler";

    bool operator==(const listener_config&) const = default;
};

enum class group_kind : std::uint8_t { plain, listener, fcgi };

/// How a section with several processes numbers them, for whoever writes the section down again.
struct pool_numbering {
    std::int64_t count = 0;
    std::int64_t first = 0;
    /// Options that differ between the processes, with only %(process_num)… left to expand.
    std::map<std::string, std::string, std::less<>> texts;
};

struct group_config {
    std::string name;
    group_kind kind = group_kind::plain;
    int priority = 999;
    std::vector<process_config> processes;    ///< in start order; names are unique
    std::optional<listener_config> listener;  ///< set for group_kind::listener
    /// Set for group_kind::fcgi; the same as the processes'.
    std::shared_ptr<const fcgi_socket_config> fcgi_socket;
    /// Set for listeners and fcgi with numprocs above 1.
    std::shared_ptr<const pool_numbering> numbering;
    /// Processes that lost their name to a later one: never run, but listed as configured.
    std::vector<process_config> shadowed;
};

/// One listener: [inet_http_server…] or [unix_http_server…].
struct server_config {
    std::string section;
    family kind = family::local;
    std::string host;        ///< inet; empty: all interfaces
    std::uint16_t port = 0;  ///< inet
    std::string path;        ///< unix; absolute
    std::uint32_t mode = 0700;
    ownership owner;
    std::string username;  ///< empty: no authentication
    std::string password;  ///< plain, or "{SHA}" + 40 hex digits

    bool operator==(const server_config&) const = default;
};

/// [supervisord] with the command line applied.
struct daemon_config {
    std::string config_file;  ///< absolute
    std::string logfile;      ///< absolute, or "syslog"
    std::int64_t logfile_maxbytes = 50 * 1024 * 1024;
    int logfile_backups = 10;
    log_level loglevel = log_level::info;
    std::string pidfile;  ///< absolute
    std::uint32_t umask = 022;
    bool nodaemon = false;
    bool silent = false;
    int minfds = 1024;
    int minprocs = 200;
    bool nocleanup = false;
    std::string childlogdir;
    std::optional<account> user;
    std::optional<std::string> directory;
    bool strip_ansi = false;
    environment env;
    std::string identifier = "supervisor";
    std::string io_engine = "auto";                   ///< extension: auto, uring or epoll
    int io_threads = 1;                               ///< extension: data-plane threads, 1 … 64
    std::int64_t io_memory = std::int64_t{64} << 20;  ///< extension: of the data plane, bytes
    int start_concurrency = 0;  ///< extension: bulk starts at once; 0: any number
    int stop_concurrency = 1;   ///< extension: groups of a priority stopped at once; 0: all
};

struct config {
    daemon_config daemon;
    std::vector<server_config> servers;  ///< inet first, then unix
    std::vector<group_config> groups;    ///< sorted by (priority, name); names are unique
    /// Groups that lost their name to an earlier one: never active, but listed as configured.
    std::vector<group_config> shadowed_groups;
    /// Names of [rpcinterface:…] sections that ask for the built-in interface.
    std::vector<std::string> rpc_interfaces;
    /// Lines to log once the main log is open: critical first, then warnings, then the rest.
    std::vector<log_line> messages;
    /// SUPERVISOR_SERVER_URL for children; empty: none.
    std::string server_url;
};

}  // namespace ringmaster::core

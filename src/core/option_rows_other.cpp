#include "core/option_rows.hpp"

namespace ringmaster::core::rows {
namespace {

using type = value_type;

// clang-format off
const option listener_table[] = {
    {.name = "priority", .type = type::integer, .fallback = "-1",
     .help = "of the pool: low starts first and stops last", .when = stage::group},
    {.name = "buffer_size", .type = type::integer, .fallback = "10",
     .help = "events to keep while all listeners are busy", .when = stage::group},
    {.name = "result_handler", .type = type::text,
     .fallback = "supervisor.dispatchers:default_handler",
     .help = "only the default is supported", .when = stage::group},
    {.name = "events", .type = type::events, .fallback = "",
     .help = "event types, separated by commas", .sample = "PROCESS_STATE", .required = true,
     .when = stage::group},
};

const option fcgi_table[] = {
    {.name = "socket_backlog", .type = type::port_like, .fallback = "",
     .help = "connections that may wait; default: the system's most", .sample = "128",
     .when = stage::group},
    {.name = "socket_owner", .type = type::user_and_group, .fallback = "",
     .help = "user or user:group of a unix socket; default: as user", .sample = "www-data",
     .when = stage::group},
    {.name = "socket_mode", .type = type::octal, .fallback = "0700",
     .help = "mode of a unix socket", .when = stage::group},
    {.name = "socket", .type = type::socket, .fallback = "",
     .help = "unix:///path or tcp://host:port", .sample = "unix:///run/fcgi.sock",
     .required = true, .when = stage::group},
};

const option group_table[] = {
    {.name = "programs", .type = type::list, .fallback = "",
     .help = "names of programs and fcgi-programs", .sample = "one,two", .required = true},
    {.name = "priority", .type = type::integer, .fallback = "999",
     .help = "low starts first and stops last"},
};

const option include_table[] = {
    {.name = "files", .type = type::words, .fallback = "",
     .help = "files or patterns, separated by blanks", .sample = "conf.d/*.conf",
     .required = true},
};

const option unix_server_table[] = {
    {.name = "file", .type = type::text, .fallback = "",
     .help = "path of the socket", .sample = "/tmp/supervisor.sock", .required = true},
    {.name = "username", .type = type::text, .fallback = "",
     .help = "for HTTP authentication; default: none", .sample = "user"},
    {.name = "password", .type = type::text, .fallback = "",
     .help = "plain, or {SHA} and 40 hexadecimal digits", .sample = "123"},
    {.name = "chown", .type = type::user_and_group, .fallback = "",
     .help = "user or user:group of the socket; default: as created",
     .sample = "nobody:nogroup"},
    {.name = "chmod", .type = type::octal, .fallback = "0700", .help = "mode of the socket"},
};

const option inet_server_table[] = {
    {.name = "username", .type = type::text, .fallback = "",
     .help = "for HTTP authentication; default: none", .sample = "user"},
    {.name = "password", .type = type::text, .fallback = "",
     .help = "plain, or {SHA} and 40 hexadecimal digits", .sample = "123"},
    {.name = "port", .type = type::address, .fallback = "",
     .help = "host:port; *:port for all interfaces", .sample = "127.0.0.1:9001",
     .required = true},
};

const option rpcinterface_table[] = {
    {.name = "supervisor.rpcinterface_factory", .type = type::text, .fallback = "",
     .help = "the built-in interface; clients need it",
     .sample = "supervisor.rpcinterface:make_main_rpcinterface", .required = true},
};

const option supervisorctl_table[] = {
    {.name = "serverurl", .type = type::text, .fallback = "http://localhost:9001",
     .help = "unix:///path or http://host:port", .sample = "unix:///tmp/supervisor.sock",
     .required = true},
    {.name = "username", .type = type::text, .fallback = "",
     .help = "as in the server's section", .sample = "user"},
    {.name = "password", .type = type::text, .fallback = "",
     .help = "as in the server's section", .sample = "123"},
    {.name = "prompt", .type = type::text, .fallback = "supervisor", .help = "of the shell"},
    {.name = "history_file", .type = type::text, .fallback = "",
     .help = "where the shell keeps its history; default: nowhere", .sample = "~/.sc_history"},
};
// clang-format on

}  // namespace

std::span<const option> listener() {
    return listener_table;
}
std::span<const option> fcgi() {
    return fcgi_table;
}
std::span<const option> group() {
    return group_table;
}
std::span<const option> include() {
    return include_table;
}
std::span<const option> unix_server() {
    return unix_server_table;
}
std::span<const option> inet_server() {
    return inet_server_table;
}
std::span<const option> rpcinterface() {
    return rpcinterface_table;
}
std::span<const option> supervisorctl() {
    return supervisorctl_table;
}

}  // namespace ringmaster::core::rows

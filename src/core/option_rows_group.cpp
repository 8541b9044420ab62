#include "core/option_rows.hpp"

namespace ringmaster::core::rows {
namespace {

using type = value_type;

fcgi_socket_config& address(fcgi_socket_config& socket) {
    return socket;
}

// clang-format off
const option listener_table[] = {
    {.name = "priority", .type = type::integer, .fallback = "-1",
     .help = "of the pool: low starts first and stops last",
     .field = RM_FIELD(group_config, priority)},
    {.name = "buffer_size", .type = type::integer, .fallback = "10",
     .help = "events to keep while all listeners are busy",
     .field = RM_FIELD(group_config, listener->buffer_size)},
    {.name = "result_handler", .type = type::entry_point,
     .fallback = "supervisor.dispatchers:default_handler",
     .help = "only the default is supported",
     .complaint = "{value} cannot be resolved within [{section}]: Python code cannot be loaded",
     .field = RM_FIELD(group_config, listener->result_handler)},
    {.name = "events", .type = type::events, .fallback = "",
     .help = "event types, separated by commas", .sample = "PROCESS_STATE",
     .missing = "[{section}] section requires an \"events\" line", .empty_is_missing = true,
     .complaint = "{why} in [{section}] events",
     .field = RM_FIELD(group_config, listener->events)},
};

const option fcgi_table[] = {
    {.name = "socket_backlog", .type = type::backlog, .fallback = "",
     .help = "connections that may wait; default: the system's most", .sample = "128",
     .field = RM_FIELD(fcgi_socket_config, backlog)},
    {.name = "socket_owner", .type = type::user_and_group, .fallback = "",
     .help = "user or user:group of a unix socket; default: as user", .sample = "www-data",
     .complaint = "Invalid socket_owner value {value}",
     .field = RM_FIELD(fcgi_socket_config, owner)},
    {.name = "socket_mode", .type = type::octal, .fallback = "0700",
     .help = "mode of a unix socket", .complaint = "Invalid socket_mode value {value}",
     .field = RM_FIELD(fcgi_socket_config, mode)},
    {.name = "socket", .type = type::socket, .fallback = "",
     .help = "unix:///path or tcp://host:port", .sample = "unix:///run/fcgi.sock",
     .missing = "[{section}] section requires a \"socket\" line", .empty_is_missing = true,
     .complaint = "{why} in [{section}] socket", .field = field_of<fcgi_socket_config>(address)},
};

const option group_table[] = {
    {.name = "programs", .type = type::list, .fallback = "",
     .help = "names of programs and fcgi-programs; default: none", .sample = "one,two"},
    {.name = "priority", .type = type::integer, .fallback = "999",
     .help = "low starts first and stops last", .field = RM_FIELD(group_config, priority)},
};

const option include_table[] = {
    {.name = "files", .type = type::words, .fallback = "",
     .help = "files or patterns, separated by blanks", .sample = "conf.d/*.conf",
     .missing = ".ini file has [include] section, but no files setting", .sees = scope::machine},
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

}  // namespace ringmaster::core::rows

#include "core/option_rows.hpp"

namespace ringmaster::core::rows {
namespace {

using type = value_type;

constexpr std::string_view bad_owner = "Invalid sockchown value {value}";
constexpr std::string_view bad_mode = "Invalid chmod value {value}";
constexpr std::string_view unresolved =
    "{value} cannot be resolved within [{section}]: Python code cannot be loaded";

server_config& address(server_config& server) {
    return server;
}

// clang-format off
const option username{
    .name = "username", .type = type::text, .fallback = "",
    .help = "for HTTP authentication; default: none", .sample = "user",
    .sees = scope::variables, .field = RM_FIELD(server_config, username)};
const option password{
    .name = "password", .type = type::text, .fallback = "",
    .help = "plain, or {SHA} and 40 hexadecimal digits", .sample = "123",
    .sees = scope::variables, .field = RM_FIELD(server_config, password)};

const option unix_server_table[] = {
    {.name = "file", .type = type::path, .fallback = "",
     .help = "path of the socket", .sample = "/tmp/supervisor.sock",
     .missing = "section [{section}] has no file value",
     .field = RM_FIELD(server_config, path)},
    username, password,
    {.name = "chown", .type = type::user_and_group, .fallback = "",
     .help = "user or user:group of the socket; default: as created",
     .sample = "nobody:nogroup", .complaint = bad_owner,
     .sees = scope::variables, .field = RM_FIELD(server_config, owner)},
    {.name = "chmod", .type = type::octal, .fallback = "0700",
     .help = "mode of the socket", .complaint = bad_mode,
     .sees = scope::variables, .field = RM_FIELD(server_config, mode)},
};

const option inet_server_table[] = {
    username, password,
    {.name = "port", .type = type::address, .fallback = "",
     .help = "host:port; *:port for all interfaces", .sample = "127.0.0.1:9001",
     .missing = "section [{section}] has no port value",
     .sees = scope::variables, .field = field_of<server_config>(address)},
};

const option rpcinterface_table[] = {
    {.name = "supervisor.rpcinterface_factory", .type = type::entry_point, .fallback = "",
     .help = "the built-in interface; clients need it",
     .sample = "supervisor.rpcinterface:make_main_rpcinterface",
     .missing = "section [{section}] does not specify a supervisor.rpcinterface_factory",
     .complaint = unresolved, .sees = scope::variables},
};

const option supervisorctl_table[] = {
    {.name = "serverurl", .type = type::client_url, .fallback = "http://localhost:9001",
     .help = "where the daemon is reached", .sample = "unix:///tmp/supervisor.sock",
     .in_force = true, .field = RM_FIELD(client_config, serverurl)},
    {.name = "username", .type = type::text, .fallback = "",
     .help = "as in the server's section", .sample = "user",
     .sees = scope::variables, .field = RM_FIELD(client_config, username)},
    {.name = "password", .type = type::text, .fallback = "",
     .help = "as in the server's section", .sample = "123",
     .sees = scope::variables, .field = RM_FIELD(client_config, password)},
    {.name = "prompt", .type = type::text, .fallback = "supervisor",
     .help = "of the shell",
     .sees = scope::variables, .field = RM_FIELD(client_config, prompt)},
    {.name = "history_file", .type = type::path, .fallback = "",
     .help = "where the shell keeps its history; default: nowhere", .sample = "~/.sc_history",
     .field = RM_FIELD(client_config, history_file)},
};
// clang-format on

}  // namespace

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

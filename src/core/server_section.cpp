#include "core/server_section.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/text.hpp"
#include "core/value_types.hpp"

namespace ringmaster::core {
namespace {

void read_authentication(load_context& context, section_values& values, server_config& out) {
    const auto& names = context.environment_names;
    const auto username = values.text("username", names);
    const auto password = values.text("password", names);
    out.username = username.value_or("");
    out.password = password.value_or("");
    const bool has_username = values.find("username") != nullptr;
    const bool has_password = values.find("password") != nullptr;
    if (has_username == has_password) return;
    values.fail_with_help(
        has_username ? "password" : "username",
        fmt::format("Section [{}] contains incomplete authentication: If a username or a password "
                    "is specified, both the username and password must be specified",
                    out.section),
        "both or neither of username and password");
}

void read_inet(load_context& context, const ini_section& section) {
    section_values values(context, section, section_kind::inet_server, false);
    server_config out;
    out.section = section.name;
    out.kind = family::inet;
    read_authentication(context, values, out);
    if (values.find("port") == nullptr)
        values.fail("port", fmt::format("section [{}] has no port value", section.name));
    if (const auto address = values.read("port", context.environment_names, parse_inet_address)) {
        out.host = address->host;
        out.port = address->port;
    }
    context.out.servers.push_back(std::move(out));
}

void read_ownership(load_context& context, section_values& values, server_config& out) {
    const auto& names = context.environment_names;
    if (const auto text = values.text("chown", names)) {
        const auto owner = context.types.user_and_group(*text);
        if (owner)
            out.owner = *owner;
        else
            values.fail("chown", fmt::format("Invalid sockchown value {}", *text));
    }
    if (const auto text = values.text("chmod", names)) {
        const auto mode = parse_octal(*text);
        if (mode)
            out.mode = *mode;
        else
            values.fail("chmod", fmt::format("Invalid chmod value {}", *text));
    }
}

void read_unix(load_context& context, const ini_section& section, std::string_view base) {
    section_values values(context, section, section_kind::unix_server, false);
    server_config out;
    out.section = section.name;
    if (values.find("file") == nullptr)
        values.fail("file", fmt::format("section [{}] has no file value", section.name));
    if (const auto path = values.text("file", context.here_names))
        out.path = context.types.absolute_path(strip(*path), base);
    read_authentication(context, values, out);
    read_ownership(context, values, out);
    context.out.servers.push_back(std::move(out));
}

/// Children get the first unix server, else the last inet one.
std::string url_for_children(const std::vector<server_config>& servers) {
    const auto local = std::ranges::find(servers, family::local, &server_config::kind);
    if (local != servers.end()) return fmt::format("unix://{}", local->path);
    if (servers.empty()) return {};
    const auto& last = servers.back();
    return fmt::format("http://{}:{}", last.host.empty() ? "localhost" : last.host, last.port);
}

}  // namespace

void read_servers(load_context& context, std::string_view base) {
    for (const auto& section : context.document.sections())
        if (section.name.starts_with("inet_http_server")) read_inet(context, section);
    for (const auto& section : context.document.sections())
        if (section.name.starts_with("unix_http_server")) read_unix(context, section, base);
    context.out.server_url = url_for_children(context.out.servers);
}

}  // namespace ringmaster::core

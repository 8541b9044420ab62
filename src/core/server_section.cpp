#include "core/server_section.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace ringmaster::core {
namespace {

void check_authentication(section_values& values) {
    const bool has_username = values.find("username") != nullptr;
    const bool has_password = values.find("password") != nullptr;
    if (has_username == has_password) return;
    values.fail_with_help(
        has_username ? "password" : "username",
        fmt::format("Section [{}] contains incomplete authentication: If a username or a password "
                    "is specified, both the username and password must be specified",
                    values.section().name),
        "both or neither of username and password");
}

server_config read_server(load_context& context, const ini_section& section, section_kind kind) {
    section_values values(context, section, kind, false);
    server_config out;
    out.section = section.name;
    out.kind = kind == section_kind::inet_server ? family::inet : family::local;
    for (const auto& row : options_of(kind)) {
        values.apply(row, out);
        if (row.name == "password") check_authentication(values);
    }
    return out;
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

void read_servers(load_context& context) {
    for (const auto kind : {section_kind::inet_server, section_kind::unix_server})
        for (const auto& section : context.document.sections())
            if (kind_of_section(section.name) == kind)
                context.out.servers.push_back(read_server(context, section, kind));
    context.out.server_url = url_for_children(context.out.servers);
}

}  // namespace ringmaster::core

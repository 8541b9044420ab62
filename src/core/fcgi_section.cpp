#include "core/fcgi_section.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/program_section.hpp"
#include "core/repr.hpp"
#include "core/text.hpp"
#include "core/value_types.hpp"

namespace ringmaster::core {
namespace {

/// Supervisor prints these two as Python tuples.
value_error bad_format(std::string_view url) {
    return value_error::of(fmt::format("('Bad socket format %s', {})", repr(url)));
}

parsed<fcgi_socket_config> parse_unix(std::string_view path) {
    if (!path.starts_with('/'))
        return value_error::of(
            fmt::format("('Unix socket path %s is not an absolute path', {})", repr(path)));
    fcgi_socket_config out;
    out.path = normalize_path(path);
    out.url = fmt::format("unix://{}", path);
    return out;
}

parsed<fcgi_socket_config> parse_tcp(std::string_view url, std::string_view address) {
    const auto colon = address.find(':');
    if (colon == std::string_view::npos || colon == 0) return bad_format(url);
    const auto host = address.substr(0, colon);
    const auto digits = address.substr(colon + 1);
    const bool blank =
        std::ranges::any_of(host, [](char c) { return is_blank(static_cast<unsigned char>(c)); });
    const bool numeric =
        !digits.empty() && std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
    if (blank || !numeric) return bad_format(url);

    fcgi_socket_config out;
    out.kind = family::inet;
    RM_TRY(out.port, parse_port(digits));
    out.host = to_lower(host);
    out.url = fmt::format("tcp://{}:{}", out.host, out.port);
    return out;
}

/// Owner and mode belong to files only; `restricted` says that one of them is set.
parsed<fcgi_socket_config> parse_socket(std::string_view url, bool restricted) {
    constexpr std::string_view local = "unix://";
    constexpr std::string_view tcp = "tcp://";
    if (url.starts_with(local)) return parse_unix(url.substr(local.size()));
    if (!url.starts_with(tcp)) return bad_format(url);
    const auto done = parse_tcp(url, url.substr(tcp.size()));
    if (!done && done.error().text().starts_with("('Bad")) return done;
    if (restricted)
        return value_error::of(
            "socket_owner and socket_mode params should only be used with a Unix domain socket");
    return done;
}

class fcgi_reader {
public:
    fcgi_reader(load_context& context, section_values& values)
        : context_(context), values_(values), names_(&context.here_names) {
        names_.set("program_name", std::string(name_in_section(values.section().name)));
    }

    std::shared_ptr<const fcgi_socket_config> run();

private:
    std::optional<int> read_backlog();
    ownership read_owner();
    std::uint32_t read_mode();

    load_context& context_;
    section_values& values_;
    expansion_names names_;
};

std::optional<int> fcgi_reader::read_backlog() {
    const auto backlog = values_.read("socket_backlog", context_.here_names, parse_integer);
    if (!backlog) return std::nullopt;
    if (*backlog >= 1 && *backlog <= 65535) return static_cast<int>(*backlog);
    values_.fail("socket_backlog", fmt::format("Invalid socket_backlog value {}", *backlog));
    return std::nullopt;
}

ownership fcgi_reader::read_owner() {
    if (const auto text = values_.text("socket_owner", context_.here_names)) {
        const auto owner = context_.types.user_and_group(*text);
        if (owner) return *owner;
        values_.fail("socket_owner", fmt::format("Invalid socket_owner value {}", *text));
        return {};
    }
    const auto user = values_.text("user", context_.here_names);
    if (!user) return {};
    const auto found = context_.types.user(*user);
    if (!found || found->uid == context_.machine.current_uid()) return {};
    return {found->uid, found->gid};
}

std::uint32_t fcgi_reader::read_mode() {
    constexpr std::uint32_t usual = 0700;
    const auto text = values_.text("socket_mode", context_.here_names);
    if (!text) return usual;
    const auto mode = parse_octal(*text);
    if (mode) return *mode;
    values_.fail("socket_mode", fmt::format("Invalid socket_mode value {}", *text));
    return usual;
}

std::shared_ptr<const fcgi_socket_config> fcgi_reader::run() {
    if (const auto user = values_.text("user", context_.here_names)) {
        const auto found = context_.types.user(*user);
        if (!found) values_.fail("user", found.error().text());
    }
    const auto backlog = read_backlog();
    const auto owner = read_owner();
    const auto mode = read_mode();

    const auto url = values_.text("socket", names_);
    if (url ? url->empty() : values_.find("socket") == nullptr)
        values_.fail("socket", fmt::format("[{}] section requires a \"socket\" line",
                                           values_.section().name));
    if (!url || url->empty()) return nullptr;
    const bool restricted = values_.find("socket_owner") || values_.find("socket_mode");
    auto socket = parse_socket(*url, restricted);
    if (!socket) {
        values_.fail("socket", fmt::format("{} in [{}] socket", socket.error().text(),
                                           values_.section().name));
        return nullptr;
    }
    socket->backlog = backlog;
    socket->owner = socket->kind == family::local ? owner : ownership{};
    socket->mode = mode;
    return std::make_shared<const fcgi_socket_config>(*std::move(socket));
}

}  // namespace

std::shared_ptr<const fcgi_socket_config> read_fcgi_socket(load_context& context,
                                                           section_values& values) {
    return fcgi_reader(context, values).run();
}

}  // namespace ringmaster::core

#include "core/option_reading.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/signals.hpp"

namespace ringmaster::core {
namespace {

plain_value plain(const option&, bool value) {
    return value;
}
plain_value plain(const option&, int value) {
    return std::int64_t{value};
}
plain_value plain(const option&, std::int64_t value) {
    return value;
}
plain_value plain(const option&, std::uint32_t value) {
    return fmt::format("0{:o}", value);
}
plain_value plain(const option&, const std::vector<std::string>& value) {
    return value;
}
plain_value plain(const option&, const std::vector<int>& value) {
    return value;
}
plain_value plain(const option&, const environment& value) {
    return value;
}
plain_value plain(const option&, log_level value) {
    return std::string(log_level_name(value));
}
plain_value plain(const option&, const server_config& value) {
    return fmt::format("{}:{}", value.host.empty() ? "*" : value.host, value.port);
}
plain_value plain(const option&, const fcgi_socket_config& value) {
    return value.url;
}
plain_value plain(const option&, const account& value) {
    return value.name;
}

plain_value plain(const option&, autorestart_mode value) {
    if (value == autorestart_mode::unexpected) return std::string("unexpected");
    return value == autorestart_mode::always;
}

plain_value plain(const option&, const channel_config& value) {
    using target = channel_config::target;
    if (value.kind == target::file) return value.path;
    return std::string(value.kind == target::automatic ? "AUTO" : "NONE");
}

/// `uid:gid`, without what is left as it is.
plain_value plain(const option&, const ownership& value) {
    if (!value.uid) return {};
    return value.gid ? fmt::format("{}:{}", *value.uid, *value.gid) : fmt::format("{}", *value.uid);
}

/// A text that may be absent and has no default is as good as absent when it is empty.
plain_value plain(const option& row, const std::string& value) {
    if (value.empty() && row.fallback.empty() && !row.required()) return {};
    return value;
}

/// Set and empty is something else than unset.
plain_value plain(const option& row, const std::optional<std::string>& value) {
    if (value) return *value;
    if (row.type == value_type::serverurl) return std::string("AUTO");
    return {};
}

template <class T>
plain_value plain(const option& row, const std::optional<T>& value) {
    return value ? plain(row, *value) : plain_value();
}

template <class Owner>
plain_value read(const option& row, const Owner& owner) {
    const auto* field = std::get_if<field_of<Owner>>(&row.field);
    if (field == nullptr) return {};
    // Fields are reached through accessors that also serve for writing.
    auto& from = const_cast<Owner&>(owner);
    return std::visit([&](auto access) { return plain(row, access(from)); }, *field);
}

/// For the inside of double quotes.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

/// Needs no quotes to be one token.
bool is_word(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
        return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
               (c >= 'a' && c <= 'z');
    });
}

std::string text_of(const environment& variables) {
    std::string out;
    for (const auto& [name, value] : variables)
        out += fmt::format("{}{}=\"{}\"", out.empty() ? "" : ",",
                           is_word(name) ? name : fmt::format("\"{}\"", escaped(name)),
                           escaped(value));
    return out;
}

}  // namespace

plain_value read_option(const option& row, const process_config& process) {
    return read(row, process);
}

plain_value read_option(const option& row, const daemon_config& daemon) {
    return read(row, daemon);
}

plain_value read_option(const option& row, const server_config& server) {
    return read(row, server);
}

plain_value read_option(const option& row, const group_config& group) {
    return read(row, group);
}

plain_value read_option(const option& row, const fcgi_socket_config& socket) {
    return read(row, socket);
}

std::string option_text(const option& row, const plain_value& value) {
    return std::visit(
        [&row](const auto& v) -> std::string {
            using type = std::decay_t<decltype(v)>;
            if constexpr (std::is_same_v<type, std::monostate>)
                return {};
            else if constexpr (std::is_same_v<type, bool>)
                return v ? "true" : "false";
            else if constexpr (std::is_same_v<type, std::int64_t>)
                return row.type == value_type::signal ? short_signal_name(static_cast<int>(v))
                                                      : fmt::format("{}", v);
            else if constexpr (std::is_same_v<type, std::string>)
                return v;
            else if constexpr (std::is_same_v<type, environment>)
                return text_of(v);
            else
                return fmt::format("{}", fmt::join(v, ","));
        },
        value);
}

std::string short_signal_name(int number) {
    const auto name = signal_name(number);
    constexpr std::string_view prefix = "SIG";
    return name.starts_with(prefix) ? name.substr(prefix.size()) : fmt::format("{}", number);
}

}  // namespace ringmaster::core

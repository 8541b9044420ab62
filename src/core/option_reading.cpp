#include "core/option_reading.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/signals.hpp"

namespace ringmaster::core {
namespace {

plain_value plain(value_type, bool value) {
    return value;
}
plain_value plain(value_type, int value) {
    return std::int64_t{value};
}
plain_value plain(value_type, std::int64_t value) {
    return value;
}
plain_value plain(value_type, std::uint32_t value) {
    return octal_text(value);
}
plain_value plain(value_type, const std::string& value) {
    return value;
}
plain_value plain(value_type, const std::vector<int>& value) {
    return value;
}
plain_value plain(value_type, const environment& value) {
    return value;
}
plain_value plain(value_type, log_level value) {
    return std::string(log_level_name(value));
}
plain_value plain(value_type, const account& value) {
    return value.name;
}

plain_value plain(value_type, autorestart_mode value) {
    if (value == autorestart_mode::unexpected) return std::string("unexpected");
    return value == autorestart_mode::always;
}

plain_value plain(value_type, const channel_config& value) {
    using target = channel_config::target;
    if (value.kind == target::file) return value.path;
    return std::string(value.kind == target::automatic ? "AUTO" : "NONE");
}

template <class T>
plain_value plain(value_type type, const std::optional<T>& value) {
    if (value) return plain(type, *value);
    if (type == value_type::serverurl) return std::string("AUTO");
    return {};
}

template <class Owner>
plain_value read(const option& row, const field_of<Owner>& field, const Owner& owner) {
    // Fields are reached through accessors that also serve for writing.
    auto& from = const_cast<Owner&>(owner);
    return std::visit(
        [&](auto access) -> plain_value {
            if constexpr (std::is_same_v<decltype(access), std::monostate>)
                return {};
            else
                return plain(row.type, access(from));
        },
        field);
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

std::string text_of(const environment& variables) {
    std::string out;
    for (const auto& [name, value] : variables)
        out += fmt::format("{}{}=\"{}\"", out.empty() ? "" : ",", name, escaped(value));
    return out;
}

}  // namespace

plain_value read_option(const option& row, const process_config& process) {
    return read(row, row.process, process);
}

plain_value read_option(const option& row, const daemon_config& daemon) {
    return read(row, row.daemon, daemon);
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

std::string octal_text(std::uint32_t mode) {
    return fmt::format("0{:o}", mode);
}

std::string ownership_text(const ownership& owner) {
    if (!owner.uid) return {};
    return owner.gid ? fmt::format("{}:{}", *owner.uid, *owner.gid) : fmt::format("{}", *owner.uid);
}

std::string short_signal_name(int number) {
    const auto name = signal_name(number);
    constexpr std::string_view prefix = "SIG";
    return name.starts_with(prefix) ? name.substr(prefix.size()) : fmt::format("{}", number);
}

}  // namespace ringmaster::core

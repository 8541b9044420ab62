#include "core/value_types.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "core/repr.hpp"
#include "core/text.hpp"

namespace ringmaster::core {
namespace {

constexpr std::int64_t lowest_port = 1;
constexpr std::int64_t highest_port = 65535;

value_error not_an_integer(std::string_view value) {
    return value_error::of(fmt::format("invalid literal for int() with base 10: {}", repr(value)));
}

std::int64_t saturating_multiply(std::int64_t a, std::int64_t b) {
    std::int64_t out = 0;
    if (!__builtin_mul_overflow(a, b, &out)) return out;
    return a < 0 ? std::numeric_limits<std::int64_t>::min()
                 : std::numeric_limits<std::int64_t>::max();
}

/// Supervisor prints these two as Python tuples.
value_error bad_format(std::string_view url) {
    return value_error::of(fmt::format("('Bad socket format %s', {})", repr(url)));
}

parsed<fcgi_socket_config> parse_unix_socket(std::string_view path) {
    if (!path.starts_with('/'))
        return value_error::of(
            fmt::format("('Unix socket path %s is not an absolute path', {})", repr(path)));
    fcgi_socket_config out;
    out.path = normalize_path(path);
    out.url = fmt::format("unix://{}", path);
    return out;
}

parsed<fcgi_socket_config> parse_tcp_socket(std::string_view url, std::string_view address) {
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

}  // namespace

int clamp_to_int(std::int64_t value) {
    return static_cast<int>(std::clamp<std::int64_t>(value, std::numeric_limits<int>::min(),
                                                     std::numeric_limits<int>::max()));
}

parsed<std::int64_t> parse_integer(std::string_view value) {
    if (const auto number = parse_python_int(value)) return *number;
    return not_an_integer(value);
}

parsed<bool> parse_boolean(std::string_view value) {
    constexpr std::array<std::string_view, 4> truths{"yes", "true", "on", "1"};
    constexpr std::array<std::string_view, 4> falsehoods{"no", "false", "off", "0"};
    const auto word = to_lower(value);
    if (std::ranges::find(truths, word) != truths.end()) return true;
    if (std::ranges::find(falsehoods, word) != falsehoods.end()) return false;
    return value_error::of(fmt::format("not a valid boolean value: {}", repr(value)));
}

parsed<std::int64_t> parse_byte_size(std::string_view value) {
    struct unit {
        std::string_view suffix;
        std::int64_t factor;
    };
    constexpr std::array units{unit{"kb", 1LL << 10}, unit{"mb", 1LL << 20}, unit{"gb", 1LL << 30}};

    const auto lower = to_lower(value);
    std::string_view digits = lower;
    std::int64_t factor = 1;
    for (const auto& u : units) {
        if (!digits.ends_with(u.suffix)) continue;
        digits.remove_suffix(u.suffix.size());
        factor = u.factor;
        break;
    }
    const auto number = parse_python_int(digits);
    if (!number) return not_an_integer(digits);
    return saturating_multiply(*number, factor);
}

parsed<std::uint32_t> parse_octal(std::string_view value) {
    if (const auto number = parse_python_int(value, 8)) return static_cast<std::uint32_t>(*number);
    return value_error::of(fmt::format("{} can not be converted to an octal type", value));
}

parsed<std::vector<int>> parse_exit_codes(std::string_view value) {
    std::vector<int> codes;
    for (const auto& item : parse_list(value)) {
        const auto code = parse_python_int(item);
        if (!code || *code < 0 || *code > 255)
            return value_error::of(fmt::format("not a valid list of exit codes: {}", repr(value)));
        codes.push_back(static_cast<int>(*code));
    }
    return codes;
}

parsed<autorestart_mode> parse_autorestart(std::string_view value) {
    const auto word = to_lower(value);
    if (word == "unexpected") return autorestart_mode::unexpected;
    if (const auto truth = parse_boolean(word))
        return *truth ? autorestart_mode::always : autorestart_mode::never;
    return value_error::of(fmt::format("invalid 'autorestart' value {}", repr(word)));
}

parsed<log_level> parse_level(std::string_view value) {
    if (const auto level = parse_log_level(value)) return *level;
    return value_error::of(fmt::format("bad logging level name {}", repr(value)));
}

std::vector<std::string> parse_list(std::string_view value) {
    std::vector<std::string> items;
    if (value.empty()) return items;
    for (;;) {
        const auto comma = value.find(',');
        items.emplace_back(strip(value.substr(0, comma)));
        if (comma == std::string_view::npos) return items;
        value.remove_prefix(comma + 1);
    }
}

parsed<std::string> parse_name(std::string_view value) {
    const auto name = strip(value);
    // Supervisor looks for each of these in turn, so a blank is named before a slash.
    for (const std::string_view bad : {" ", ":", "/"}) {
        if (name.find(bad) != std::string_view::npos)
            return value_error::of(
                fmt::format("Invalid name: {} because of character: {}", repr(value), repr(bad)));
    }
    return std::string(name);
}

parsed<std::uint16_t> parse_port(std::string_view value) {
    const auto number = parse_python_int(value);
    if (!number) return not_an_integer(value);
    if (*number < lowest_port)
        return value_error::of(fmt::format("{} is below lower bound ({})", *number, lowest_port));
    if (*number > highest_port)
        return value_error::of(fmt::format("{} is above upper bound ({})", *number, highest_port));
    return static_cast<std::uint16_t>(*number);
}

parsed<inet_address> parse_inet_address(std::string_view value) {
    inet_address out;
    const auto colon = value.rfind(':');
    if (colon == std::string_view::npos) {
        const auto port = parse_port(value);
        if (!port) {
            // The blank at the end is Supervisor's.
            return value_error::of(fmt::format("not a valid port number: {} ", repr(value)));
        }
        out.port = *port;
        return out;
    }
    if (colon + 1 == value.size()) return value_error::of("no port number specified in ''");
    RM_TRY(out.port, parse_port(value.substr(colon + 1)));
    out.host = to_lower(value.substr(0, colon));
    if (out.host == "*") out.host.clear();
    return out;
}

parsed<fcgi_socket_config> parse_socket_url(std::string_view value) {
    constexpr std::string_view local = "unix://";
    constexpr std::string_view tcp = "tcp://";
    if (value.starts_with(local)) return parse_unix_socket(value.substr(local.size()));
    if (value.starts_with(tcp)) return parse_tcp_socket(value, value.substr(tcp.size()));
    return bad_format(value);
}

}  // namespace ringmaster::core

#include "ctl/server_url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

#include "core/repr.hpp"

namespace ringmaster::ctl {
namespace {

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view scheme_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.";

outcome<std::string> parse_port(std::string_view text) {
    std::uint16_t number = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc::result_out_of_range)
        return plain_failure("ValueError", "Port out of range 0-65535");
    if (error != std::errc{} || stop != end)
        return plain_failure(
            "ValueError",
            fmt::format("Port could not be cast to integer value as {}", core::repr(text)));
    return std::string{text};
}

outcome<server_address> parse_authority(std::string_view authority) {
    authority.remove_prefix(authority.rfind('@') + 1);  // credentials in the URL were never used
    server_address to;
    to.port = "80";
    std::string_view rest = authority;
    if (rest.starts_with('[')) {
        const auto close = rest.find(']');
        if (close == std::string_view::npos) return plain_failure("ValueError", "Invalid IPv6 URL");
        to.host = rest.substr(1, close - 1);
        rest.remove_prefix(close + 1);
    } else {
        const auto colon = std::min(rest.find(':'), rest.size());
        to.host = rest.substr(0, colon);
        rest.remove_prefix(colon);
    }
    if (rest.size() > 1 && rest.front() == ':') {
        auto port = parse_port(rest.substr(1));
        if (!port) return port.error();
        to.port = *std::move(port);
    }
    return to;
}

}  // namespace

std::string server_address::host_header() const {
    if (local) return "localhost";
    return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                               : fmt::format("[{}]:{}", host, port);
}

outcome<server_address> parse_server_url(std::string_view url) {
    constexpr std::string_view http = "http://";
    constexpr std::string_view local = "unix://";
    if (url.starts_with(http)) {
        const auto rest = url.substr(http.size());
        return parse_authority(rest.substr(0, rest.find_first_of("/?#")));
    }
    if (url.starts_with(local)) {
        server_address to;
        to.local = true;
        to.path = url.substr(local.size());
        return to;
    }
    return plain_failure("ValueError", fmt::format("Unknown protocol for serverurl {}", url));
}

std::optional<std::string> url_problem(std::string_view text) {
    const auto none = fmt::format("value {} is not a URL", core::repr(text));
    while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0) return none;
    const auto scheme = text.substr(0, colon);
    if (letters.find(scheme.front()) == std::string_view::npos) return none;
    if (scheme.find_first_not_of(scheme_characters) != std::string_view::npos) return none;
    auto rest = text.substr(colon + 1);
    if (rest.starts_with("//")) {
        rest.remove_prefix(2);
        const auto authority = rest.substr(0, rest.find_first_of("/?#"));
        const bool opened = authority.find('[') != std::string_view::npos;
        const bool closed = authority.find(']') != std::string_view::npos;
        if (opened != closed) return "Invalid IPv6 URL";
    }
    if (rest.substr(0, rest.find_first_of("?#")).empty()) return none;
    return std::nullopt;
}

}  // namespace ringmaster::ctl

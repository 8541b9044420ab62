// The types an option's value can have: text to value, with Supervisor's exact complaints.
//
// Pure functions of the text alone. Types that need the machine (users, directories) are in
// machine_types.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/config.hpp"
#include "core/log.hpp"
#include "core/value_error.hpp"

namespace ringmaster::core {

/// Numbers beyond 64 bits become the nearest representable one.
parsed<std::int64_t> parse_integer(std::string_view value);
parsed<bool> parse_boolean(std::string_view value);
/// Bytes, with an optional kb, mb or gb. May be negative.
parsed<std::int64_t> parse_byte_size(std::string_view value);
parsed<std::uint32_t> parse_octal(std::string_view value);
/// In the order written; empty text is an empty list.
parsed<std::vector<int>> parse_exit_codes(std::string_view value);
parsed<autorestart_mode> parse_autorestart(std::string_view value);
parsed<log_level> parse_level(std::string_view value);

/// Items between commas, stripped; empty items are kept, an empty text has none.
std::vector<std::string> parse_list(std::string_view value);

/// A program's or group's name: stripped, without blank, ':' and '/'.
parsed<std::string> parse_name(std::string_view value);

struct inet_address {
    std::string host;  ///< lower-case; empty: all interfaces
    std::uint16_t port = 0;
};
parsed<inet_address> parse_inet_address(std::string_view value);
/// "unix:///path" or "tcp://host:port"; mode, owner and backlog stay as they are by default.
parsed<fcgi_socket_config> parse_socket_url(std::string_view value);
/// A port number that is known to be digits: only its range can be wrong.
parsed<std::uint16_t> parse_port(std::string_view value);

/// `value` as an int, the nearest one if it does not fit.
int clamp_to_int(std::int64_t value);

}  // namespace ringmaster::core

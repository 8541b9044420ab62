// Where a serverurl leads, and who asks: pure text, no connection.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ctl/failure.hpp"

namespace ringmaster::ctl {

/// What the user configured; changed by `open` and by the credentials prompt.
struct server_access {
    std::string url;                      ///< as shown in messages
    std::optional<std::string> username;  ///< may be empty, like the server's
    std::optional<std::string> password;
};

/// A parsed serverurl.
struct server_address {
    bool local = false;
    std::string path;  ///< of the UNIX socket
    std::string host;  ///< TCP, without the brackets of an IPv6 address
    std::string port;  ///< TCP, decimal

    /// The value of the Host header.
    std::string host_header() const;
};

/// http://host[:port][/ignored] or unix://path; anything else is a failure.
outcome<server_address> parse_server_url(std::string_view url);

/// Why -s does not accept `text`, which needs a scheme and a host or a path; unset if it does.
std::optional<std::string> url_problem(std::string_view text);

}  // namespace ringmaster::ctl

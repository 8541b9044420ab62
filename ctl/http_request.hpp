// The texts of the two requests this client makes.
#pragma once

#include <string>
#include <string_view>

#include "ctl/server_url.hpp"

namespace ringmaster::ctl {

/// POST of an XML-RPC document. Credentials are sent if there are username and password, which may
/// be empty.
std::string rpc_request(const server_access& who, const server_address& to, std::string_view body);

/// GET of a log stream. Credentials are sent then, too, and if there is only a password. Characters
/// of `path` that cannot stand in a request line are percent-encoded.
std::string stream_request(const server_access& who, const server_address& to,
                           std::string_view path);

}  // namespace ringmaster::ctl

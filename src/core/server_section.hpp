// [inet_http_server…] and [unix_http_server…]: where clients reach the daemon.
//
// Internal to the configuration loader.
#pragma once

#include <string_view>

#include "core/load_context.hpp"

namespace ringmaster::core {

/// Fills servers and server_url of the context's configuration. Relative socket paths count
/// from `base`.
void read_servers(load_context& context, std::string_view base);

}  // namespace ringmaster::core

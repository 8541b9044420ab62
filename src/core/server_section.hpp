// [inet_http_server…] and [unix_http_server…]: where clients reach the daemon.
//
// Internal to the configuration loader.
#pragma once

#include "core/load_context.hpp"

namespace ringmaster::core {

/// Fills servers and server_url of the context's configuration.
void read_servers(load_context& context);

}  // namespace ringmaster::core

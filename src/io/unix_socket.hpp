// Binding a unix socket to its path so that nobody ever sees it half made.
//
// The socket is bound to a temporary name, gets its mode and owner there, and is then linked to
// its final name. A socket file that nobody serves any more is replaced; one that is served, and
// any file that is not a socket, is left alone. Used by io/listening_socket only.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/config.hpp"
#include "core/result.hpp"
#include "io/listening_socket.hpp"
#include "io/unique_fd.hpp"

namespace ringmaster::io {

struct bound_unix_socket {
    unique_fd socket;  ///< listening, non-blocking, close-on-exec
    file_identity identity;
};

/// Uses `path`, `mode` and `owner` of the section. `say` gets the line about a stale socket.
result<bound_unix_socket, listen_error> bind_unix_socket(
    const core::server_config& config, const std::function<void(std::string_view)>& say);

}  // namespace ringmaster::io

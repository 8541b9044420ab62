// The header text of a response.
//
// A pure function of the response and of what the session knows about its connection.
#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace ringmaster::http {

enum class body_framing : std::uint8_t {
    length,   ///< Content-Length of response::body
    chunked,  ///< endless, in chunks
    close,    ///< endless, until the connection closes
};

struct head_context {
    bool http10 = false;
    bool keep_alive = false;  ///< the connection stays open after this response
    body_framing framing = body_framing::length;
    std::time_t now = 0;
};

/// Status line and fields with the empty line that ends them.
std::string response_head(const response& out, const head_context& context);

}  // namespace ringmaster::http

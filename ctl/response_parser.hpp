// An HTTP/1.1 response, read as its bytes arrive: head, framing, decoded body.
//
// Owned by whoever reads the connection (rpc_client, log_stream). Makes no system call, keeps no
// body: decoded bytes are appended to the caller's string, which the caller bounds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace ringmaster::ctl {

/// Why the bytes were no HTTP response; a short English text.
struct malformed_response {
    std::string text;
};

class response_parser {
public:
    /// Takes all of `bytes`. What lies behind the end of the response is ignored: this client
    /// never sends a request before it has read the answer to the one before.
    result<void, malformed_response> feed(std::string_view bytes, std::string& body);

    /// The server closed the connection. False: the response is incomplete.
    bool finish();

    bool has_head() const { return state_ != state::head; }
    bool is_complete() const { return state_ == state::complete; }
    int status() const { return status_; }
    const std::string& reason() const { return reason_; }
    /// Whether the connection may carry another request after this response.
    bool keeps_connection() const { return keep_alive_; }
    /// Of the body still to come; 0 if unknown.
    std::uint64_t announced() const { return state_ == state::counted ? remaining_ : 0; }

private:
    enum class state {
        head,
        counted,
        chunk_size,
        chunk_data,
        chunk_end,
        trailer,
        open_end,
        complete
    };

    using step = result<void, malformed_response>;
    step take_head(std::string_view& bytes);
    step parse_head(std::string_view head);
    step parse_status(std::string_view line);
    step parse_field(std::string_view line);
    void choose_framing();
    void take_counted(std::string_view& bytes, std::string& body);
    step take_line(std::string_view& bytes);
    step parse_line(std::string_view line);

    state state_ = state::head;
    std::string pending_;  // an incomplete head or line
    std::uint64_t remaining_ = 0;
    std::string reason_;
    int status_ = 0;
    bool keep_alive_ = true;
    bool chunked_ = false;
    bool counted_ = false;
};

}  // namespace ringmaster::ctl

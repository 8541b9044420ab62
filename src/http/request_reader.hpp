// Turns the bytes of a connection into requests, without a socket in sight.
//
// One reader serves a connection, one request after the other. It enforces the limits on what a
// client may send and decides what a malformed request is answered with. Wraps Beast's parser;
// only the .cpp knows that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "http/message.hpp"

namespace ringmaster::http {

struct reader_limits {
    std::size_t header = 16 * 1024;      ///< bytes of the header fields
    std::size_t body = 8 * 1024 * 1024;  ///< bytes, decoded
};

class request_reader {
public:
    enum class progress : std::uint8_t {
        need_more,  ///< everything useful was consumed: come back with more bytes
        head,       ///< the header is complete; call again for the rest
        complete,   ///< take() the request
        failed,     ///< status() says what to answer; the connection is beyond repair
    };

    explicit request_reader(reader_limits limits);
    request_reader(request_reader&&) = delete;
    ~request_reader();

    /// Parses from the start of `input` and sets `used` to the number of bytes that are done with.
    /// The others must be presented again, with more behind them.
    progress advance(std::string_view input, std::size_t& used);

    /// No byte of a request has been seen.
    bool idle() const;
    /// The request so far; valid from progress::head on.
    const request& current() const;
    /// The header asks for "100 Continue" before the body is sent.
    bool expects_continue() const;
    /// What to answer after progress::failed: 400, 413, 431 or 501.
    int status() const;
    /// The complete request; the reader is then ready for the next one.
    request take();

private:
    class parser;

    progress fail(int status);
    progress on_head();

    reader_limits limits_;
    std::unique_ptr<parser> parser_;  ///< empty: no byte of a request has been seen
    int status_ = 0;
};

}  // namespace ringmaster::http

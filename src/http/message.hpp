// A request and a response as plain values: what routes see, free of Beast and of sockets.
//
// Also the interface between the server, which moves bytes, and the application, which knows what
// they mean. One application object serves one listener; everything runs on the control thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "io/task.hpp"

namespace ringmaster::http {

using io::task;

using field_list = std::vector<std::pair<std::string, std::string>>;

struct request {
    std::string method;
    std::string target;  ///< as sent, still percent-encoded
    std::string path;    ///< decoded, without the query
    std::string query;   ///< as sent, without the '?'
    std::string body;
    bool http10 = false;
    bool keep_alive = false;  ///< what the client asked for, by version and Connection
    /// Header fields in order of arrival; names in lower case.
    field_list fields;

    /// The first field called `name` (lower case); empty if there is none.
    std::string_view field(std::string_view name) const;
    bool has_field(std::string_view name) const;
    /// False for a request that announces neither a length nor chunks: it cannot have a body.
    bool announces_body() const;
};

struct response {
    int status = 200;
    std::string content_type = "text/html";
    std::string body;
    /// Further fields besides Server, Date, Content-Type, Content-Length and Connection.
    field_list fields;
    bool close = false;  ///< announce "Connection: close" and close after sending
};

/// Sends one piece of an endless body. False once the peer is gone or the server stops: end then.
/// The bytes must stay in place until the task has ended.
using piece_sink = std::function<task<bool>(std::string_view piece)>;

/// An endless response: `produce` runs until it returns or is cancelled; the server adds chunking
/// where it can.
struct stream_response {
    response head;
    std::function<task<>(piece_sink send)> produce;
};

using answer = std::variant<response, stream_response>;

/// What a listener serves. Must outlive the server's stop().
class application {
public:
    virtual ~application() = default;
    /// Asked when the header is there and the body is not: a response here is sent instead of
    /// reading the body. Called for every request before handle().
    virtual std::optional<response> refuse(const request& head) = 0;
    /// Cancellation (the peer went away): gives the answer up; what was started goes on.
    virtual task<answer> handle(request in) = 0;
};

/// "Not Found" for 404; empty for a number without a name.
std::string_view reason_phrase(int status);

/// The generic error page, for every status that is not a success.
response error_response(int status);

}  // namespace ringmaster::http

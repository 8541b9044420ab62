// The API in XML-RPC: from the body of a POST to the status and body of the answer.
//
// What happens to headers, credentials and error pages is the HTTP server's business.
#pragma once

#include <string>
#include <string_view>

#include "core/log.hpp"
#include "io/task.hpp"
#include "rpc/dispatch.hpp"

namespace ringmaster::rpc {

struct http_answer {
    int status = 200;
    /// A methodResponse document (text/xml, UTF-8) for status 200, also if it is a fault. Empty
    /// for 400 (the body was no call) and 500 (unexpected error).
    std::string body;
};

/// Reads one call, runs it and writes its result. All arguments must outlive the task.
/// Cancellation (the client is gone): what was asked for is not undone.
task<http_answer> handle_xmlrpc(api& methods, std::string_view body, core::log_sink& log);

}  // namespace ringmaster::rpc

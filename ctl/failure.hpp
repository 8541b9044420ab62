// Why an action could not go on: the client's error channel.
//
// Some failures have a line of their own (a refused connection, a known fault); all others end in
// the one `error:` line that scripts look for. The text follows Python's exceptions, because that
// is what Supervisor's client prints. Plain values; nothing here prints or talks to a server.
#pragma once

#include <cstdint>
#include <source_location>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "rpc/fault.hpp"

namespace ringmaster::ctl {

enum class failure_kind : std::uint8_t {
    fault,         ///< the daemon answered with a fault: `code` and `text`
    unauthorized,  ///< HTTP 401
    refused,       ///< nobody listens
    no_socket,     ///< the UNIX socket's file does not exist
    interrupted,   ///< Ctrl-C; only while an interrupt_scope is alive
    other,
};

struct failure {
    failure_kind kind = failure_kind::other;
    std::int64_t code = 0;  ///< of a fault
    std::string text;       ///< of a fault: the daemon's words
    std::string type;       ///< the Python exception that says the same: "TimeoutError"
    std::string message;    ///< its text: "[Errno 110] Connection timed out"
    std::source_location where;

    bool is(rpc::fault_code wanted) const {
        return kind == failure_kind::fault && code == static_cast<int>(wanted);
    }
};

template <class T>
using outcome = result<T, failure>;

using location = std::source_location;

failure fault_failure(std::int64_t code, std::string text, location where = location::current());
failure http_failure(int status, std::string_view reason, location where = location::current());
/// `number` is an errno value.
failure system_failure(int number, location where = location::current());
/// `number` is what getaddrinfo() returned.
failure lookup_failure(int number, location where = location::current());
failure interrupted_failure(location where = location::current());
/// A failure of no special kind.
failure plain_failure(std::string_view type, std::string_view message,
                      location where = location::current());

/// "error: <class 'x'>, message: file: connection.cpp line: 71", without line feed.
std::string error_line(const failure& why);

}  // namespace ringmaster::ctl

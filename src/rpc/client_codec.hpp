// The client's half of XML-RPC: calls to text, responses to values.
//
// For the control client (and tests); the daemon's half is rpc/request_reader and rpc/xml_writer.
// Knows nothing of HTTP: what is handed in is the body of a 200 answer.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "core/result.hpp"
#include "rpc/call.hpp"
#include "rpc/value.hpp"

namespace ringmaster::rpc {

/// The whole methodCall document, UTF-8. Nil parameters are written as <nil/>.
std::string encode_call(const call& request);

/// A fault as it arrived: codes of other servers are possible, so it is a plain number.
struct remote_fault {
    std::int64_t code = 0;
    std::string text;
};

using answer = std::variant<value, remote_fault>;

/// The body was no XML-RPC response.
struct decode_error {
    std::string text;
};

/// Result or fault of a methodResponse document. Integers of any listed type become std::int64_t,
/// base64 the decoded bytes as a string. Of the structs of a result only the `wanted` members are
/// read; empty: all.
result<answer, decode_error> decode_response(std::string body,
                                             std::span<const std::string_view> wanted = {});

}  // namespace ringmaster::rpc

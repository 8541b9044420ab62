// From the body of a POST to a call.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/result.hpp"
#include "rpc/call.hpp"

namespace ringmaster::rpc {

/// Why a body is no call; both are answered with status 400.
enum class request_error : std::uint8_t {
    unmarshallable,  ///< not well-formed, a DOCTYPE, or a value that does not fit its type
    no_method_name,
};

/// The words that the log has for it: "unmarshallable", "no method name".
std::string_view describe(request_error error);

/// Reads a methodCall document. The root element may have any name, parameters may be missing.
result<call, request_error> read_request(std::string_view body);

}  // namespace ringmaster::rpc

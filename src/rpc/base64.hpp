// Decoding of base64 text as it stands in XML-RPC documents.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ringmaster::rpc {

/// The bytes. Line breaks and anything else outside the alphabet are skipped, text behind the
/// padding is ignored; none if the last group is incomplete.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace ringmaster::rpc

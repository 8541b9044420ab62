// XML-RPC documents as trees, and the values in them.
//
// The only place besides its users request_reader.cpp and client_codec.cpp that sees pugixml. The
// library is lenient; what it lets pass and a client must not get away with (bad characters, bad
// references, text outside the root) is refused here. Documents with a DOCTYPE are refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <pugixml.hpp>

#include "core/result.hpp"
#include "rpc/value.hpp"

namespace ringmaster::rpc {

/// Why a document or a value in it cannot be read.
struct xml_error {
    std::string text;
};

/// Parses `body` into `document` and returns its root element. Whatever the XML declaration says,
/// the body is UTF-8.
result<pugi::xml_node, xml_error> parse_document(pugi::xml_document& document,
                                                 std::string_view body);

/// First child element; a null node if there is none.
pugi::xml_node first_element(pugi::xml_node parent);

/// The text in front of the first child element, references replaced; comments do not end it.
/// None if a reference is undefined.
std::optional<std::string> text_of(pugi::xml_node element);

/// Whether base64 must decode to UTF-8, as in the parameters of a call, or may hold any bytes.
enum class base64_content : bool { text, bytes };

/// The value that a <value> element, or an element of a type, stands for.
result<value, xml_error> read_value(pugi::xml_node element, base64_content base64);

}  // namespace ringmaster::rpc

// XML-RPC documents as trees, and the values in them.
//
// The only place besides its users request_reader.cpp and client_codec.cpp, and well_formed.hpp,
// that sees pugixml. The library is lenient; what it lets pass and could change what is read (bad
// characters, bad references, text outside the root) is refused here. Documents with a DOCTYPE are
// refused.
#pragma once

#include <optional>
#include <span>
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
/// the body is UTF-8. The document's texts stay in `body`, which is overwritten and must outlive
/// it.
result<pugi::xml_node, xml_error> parse_document(pugi::xml_document& document, std::string& body);

/// First child element; a null node if there is none.
pugi::xml_node first_element(pugi::xml_node parent);

/// The text in front of the first child element, references replaced; comments do not end it.
/// None if a reference is undefined.
std::optional<std::string> text_of(pugi::xml_node element);

/// Whose rules hold. The daemon's for calls: base64 must decode to UTF-8, an unknown type is a
/// string. Python's client's for answers: base64 holds any bytes, there are more names of number
/// types, in any namespace, and unknown types are errors.
enum class dialect : bool { of_calls, of_answers };

/// Names of struct members; empty stands for all.
using member_names = std::span<const std::string_view>;

/// The value that a <value> element, or an element of a type, stands for. Members of structs that
/// are not `wanted` are passed over unread.
result<value, xml_error> read_value(pugi::xml_node element, dialect rules,
                                    member_names wanted = {});

}  // namespace ringmaster::rpc

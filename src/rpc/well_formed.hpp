// What strict XML parsers refuse and pugixml lets pass, in places that nobody reads.
//
// For requests only: answers are large, and the client believes its server. Pure.
#pragma once

#include "rpc/xml_reader.hpp"

namespace ringmaster::rpc {

/// False for an undefined reference in any text or attribute, a repeated attribute, `<` in one,
/// `]]>` in text, and `--` in a comment. `document` comes from parse_document().
bool is_well_formed(pugi::xml_document& document);

}  // namespace ringmaster::rpc

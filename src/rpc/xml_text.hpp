// Character rules of XML 1.0: what may stand in a document, escaping and its inverse.
//
// The XML library checks none of this. Pure.
#pragma once

#include <string>
#include <string_view>

namespace ringmaster::rpc {

/// Valid UTF-8 without the characters that XML forbids.
bool is_xml_text(std::string_view body);

/// Copies a text that may stand in an element as it is: ASCII without markup and control
/// characters. False for other texts, and for some that could: append_escaped() tells them apart.
bool copy_if_plain(char* to, std::string_view text);

/// Appends any bytes as element text. Each invalid piece of UTF-8 and each forbidden character
/// becomes U+FFFD; a carriage return is written as a reference, because a parser would turn a raw
/// one into a line feed.
void append_escaped(std::string& out, std::string_view bytes);

/// Appends `text` with the five named references and character references replaced. False for
/// anything else behind an ampersand, and for references to forbidden characters; `out` then holds
/// a part.
bool append_unescaped(std::string& out, std::string_view text);

}  // namespace ringmaster::rpc

// Making text safe to put into a page.
//
// Everything on a page that is not a literal of ours passes through one of these. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace ringmaster::http {

/// For text between tags and for attribute values in double quotes: & < > " are escaped, bytes that
/// are not UTF-8 are replaced, control characters that a page may not contain too.
std::string escape_html(std::string_view text);

/// `bytes` with every sequence that is not UTF-8 replaced by U+FFFD.
std::string valid_utf8(std::string_view bytes);
bool is_valid_utf8(std::string_view bytes);

/// For a log line: control characters become \xHH, at most `limit` bytes of `text` are kept.
std::string printable(std::string_view text, std::size_t limit);

}  // namespace ringmaster::http

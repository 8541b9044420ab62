// UTF-8, read one character at a time: what is valid, and how long an invalid piece is.
//
// Bytes of children and clients become text only where a notation (XML, JSON, HTML) demands it;
// those writers share these rules. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ringmaster::core {

/// U+FFFD in UTF-8: stands for one invalid piece of input.
inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

struct utf8_character {
    char32_t code;       ///< only if valid
    std::size_t length;  ///< bytes taken; of an invalid piece as many as one U+FFFD replaces
    bool valid;
};

/// The character at the front of `text`, which must not be empty. Overlong forms, surrogates and
/// numbers above U+10FFFF are invalid. An invalid piece is the longest prefix of a valid sequence,
/// at least one byte (the Unicode standard's recommendation, also what Python's "replace" does).
utf8_character first_character(std::string_view text);

bool is_utf8(std::string_view text);

/// How many ASCII bytes `text` begins with; fast, since most text is nothing else.
std::size_t ascii_prefix(std::string_view text);

/// Appends `code`, which must be a valid character.
void append_utf8(std::string& out, char32_t code);

}  // namespace ringmaster::core

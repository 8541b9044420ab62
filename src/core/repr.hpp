// Python's quoting of text, which Supervisor's messages are full of.
#pragma once

#include <string>
#include <string_view>

namespace ringmaster::core {

/// repr(text): in single quotes, or double ones if the text holds ' and no "; unprintable
/// characters escaped, printable UTF-8 kept, bytes that are no UTF-8 as \udcNN.
std::string repr(std::string_view text);

/// repr() of a bytes object: b'…', everything beyond printable ASCII as \xNN, \n, \r or \t.
std::string repr_bytes(std::string_view bytes);

}  // namespace ringmaster::core

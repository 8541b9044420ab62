// Percent-encoding, queries and forms: text in, text out.
//
// Pure functions on bytes; nothing here knows a route. Decoding never fails: what is not a valid
// escape stays as it is.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace ringmaster::http {

/// Everything but ASCII letters, digits and `_ . - ~ /` becomes %XX.
std::string percent_encode(std::string_view text);
/// %XX becomes a byte; anything else stays.
std::string percent_decode(std::string_view text);

/// Parameters by name; those with an empty value are left out.
using parameters = std::map<std::string, std::string, std::less<>>;

/// Which occurrence of a repeated name counts: the first in a query, the last in a form's body.
enum class repeated { first_wins, last_wins };

/// `a=1&b=x+y` with + and %XX decoded; values are made valid UTF-8.
parameters parse_form(std::string_view text, repeated rule);

}  // namespace ringmaster::http

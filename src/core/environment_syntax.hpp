// The `environment=` syntax: KEY=value pairs, quoted in the manner of a POSIX shell.
//
// Follows Supervisor 4.4 (shlex in POSIX mode), including that the character between two pairs
// may be anything. Expansion has already happened when text comes here.
#pragma once

#include <string_view>

#include "core/config.hpp"
#include "core/value_error.hpp"

namespace ringmaster::core {

/// Empty text has no variables; of two with one name the later wins.
parsed<environment> parse_environment(std::string_view value);

}  // namespace ringmaster::core

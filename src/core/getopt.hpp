// GNU-style option parsing with Python's rules and error texts, for both command lines.
//
// Pure text; what the options mean is the caller's business.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/config_error.hpp"
#include "core/result.hpp"

namespace ringmaster::core {

/// One spelling of an option. Rules with the same letter are the same option, so that an
/// abbreviation which fits both is not ambiguous.
struct getopt_rule {
    std::string_view name;  ///< long form without dashes; empty: none
    char letter = '\0';     ///< '\0': none
    bool takes_argument = false;
    /// "--name" and "--name=argument" are both right, "--name argument" is not.
    bool argument_is_optional = false;
    /// An abbreviation that another option fits, too, means that one: options that Supervisor
    /// lacks must not make those of its own ambiguous.
    bool yields = false;
};

struct getopt_match {
    const getopt_rule* rule = nullptr;
    std::string spelling;  ///< "-c" or "--configuration", abbreviations completed
    std::string argument;
};

struct getopt_outcome {
    std::vector<getopt_match> options;    ///< in the order given
    std::vector<std::string> positional;  ///< everything from the first non-option on
};

/// `arguments` does not include the program's name. Parsing ends at the first positional or
/// behind "--". Matches point into `rules`.
result<getopt_outcome, config_error> parse_getopt(std::span<const std::string> arguments,
                                                  std::span<const getopt_rule> rules);

}  // namespace ringmaster::core

// One command line: which action it means, and what becomes of its failure.
//
// The same rules for one-shot commands and for the shell's lines.
#pragma once

#include <cstdint>
#include <string_view>

#include "ctl/session.hpp"

namespace ringmaster::ctl {

/// How a command line splits: a name of letters, digits and '_', and the stripped rest.
struct command {
    std::string_view name;  ///< empty: the line starts with something else
    std::string_view arguments;
};

/// `line` must be stripped, not empty, and outlive the answer; "?x" is help.
command parse_command(std::string_view line);

enum class verdict : std::uint8_t {
    go_on,
    leave,        ///< the user asked to
    interrupted,  ///< Ctrl-C during an action that does not catch it itself
};

/// Runs the action and reports its failure. Asks for credentials and repeats the action where the
/// server wants them and a person is there.
verdict run_command(session& with, std::string_view line);

}  // namespace ringmaster::ctl

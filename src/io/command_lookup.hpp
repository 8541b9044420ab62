// Finds the file behind a program's command, with Supervisor's rules and texts.
//
// Called off the control thread: a path may lie on a disk that does not answer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace ringmaster::io {

/// A command that can be run.
struct resolved_command {
    std::string path;                ///< the file to execute
    std::vector<std::string> words;  ///< argv; words[0] as it was written
};

struct lookup_problem {
    bool missing = false;  ///< no such file; otherwise it is there but cannot be run
    std::string text;      ///< spawnerr's words
};

/// Splits `command` and looks its first word up: as it is if it holds a slash, else in the
/// directories of `search_path`, where the first existing entry is taken, runnable or not.
result<resolved_command, lookup_problem> look_up(std::string_view command,
                                                 std::string_view search_path);

}  // namespace ringmaster::io

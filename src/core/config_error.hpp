// What is wrong with a configuration or a command line, in the words of Supervisor.
//
// The first line is what scripts and people compare with supervisord's; the hints are
// Ringmaster's own and may change. A plain value without behaviour.
#pragma once

#include <string>
#include <vector>

namespace ringmaster::core {

struct config_error {
    /// Supervisor's exact message, to be printed behind "Error: ". May hold line feeds.
    std::string text;
    /// One line per problem found, the first about `text`:
    /// "a.conf:12: startsecs=ten: expected a whole number of seconds". May be empty.
    std::vector<std::string> hints;
};

}  // namespace ringmaster::core

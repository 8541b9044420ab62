// `ringmasterd --check-config` and `--dump`: says everything that is wrong, starts nothing.
//
// Reads the configuration as a start would, and then looks for what would only fail later:
// commands, directories, and names that nobody reads. Changes nothing on the machine.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/config_error.hpp"
#include "core/daemon_options.hpp"
#include "core/host.hpp"

namespace ringmaster {

struct config_verdict {
    std::optional<core::config_error> error;
    std::vector<std::string> warnings;
    /// What was asked for with --dump, or one line that says what is configured; empty after an
    /// error.
    std::string output;
};

config_verdict check_config(const core::daemon_options& options, const core::host& machine);

}  // namespace ringmaster

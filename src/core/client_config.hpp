// The control client's settings: [supervisorctl] of the configuration file, with defaults.
//
// Used by ctl only. Never follows [include] and never talks to a server; the command line of the
// client is applied by the client, on top of what this module returns.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/config_error.hpp"
#include "core/host.hpp"
#include "core/result.hpp"

namespace ringmaster::core {

struct client_config {
    /// http://host[:port] or unix:///path (absolute and normalised). Not validated here.
    std::string serverurl = "http://localhost:9001";
    std::optional<std::string> username;  ///< may be empty, like the server's
    std::optional<std::string> password;
    std::string prompt = "supervisor";
    std::optional<std::string> history_file;   ///< absolute; unset: none
    std::vector<std::string> ignored_plugins;  ///< names of [ctlplugin:x] sections
};

/// Reads `path_given` (-c), or the first file of the search list when it is unset. Without any
/// file in the search list the defaults are the answer; a file that exists must have a
/// [supervisorctl] section. `argv0` is the name the client was called by.
result<client_config, config_error> load_client_config(const std::optional<std::string>& path_given,
                                                       std::string_view argv0, const host& machine);

}  // namespace ringmaster::core

// The daemon's command line: Supervisor's options, getopt's rules, exact error texts.
//
// Made once from argv and kept for the life of the process, because every reread applies it
// again on top of the file. Touches no configuration file.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "core/config.hpp"
#include "core/config_error.hpp"
#include "core/host.hpp"
#include "core/result.hpp"

namespace ringmaster::core {

/// What the command line asks for.
enum class daemon_request : std::uint8_t { run, help, version, check };

/// How --dump prints what the configuration comes to.
enum class dump_format : std::uint8_t { ini, json };

struct daemon_options {
    daemon_request request = daemon_request::run;
    std::optional<dump_format> dump;         ///< only with daemon_request::check
    std::string program;                     ///< argv[0]
    std::optional<std::string> config_file;  ///< -c, as given
    /// Directory the daemon was started in: relative paths keep their meaning after a chdir.
    std::string start_directory;
    std::optional<std::string> user;           ///< -u, as given; looked up by the loader
    daemon_config values;                      ///< only the members of `given` mean anything
    std::set<std::string, std::less<>> given;  ///< option names, e.g. "logfile_maxbytes"
};

/// `argv` includes the program's name. Errors are complete; the usage path (two lines on stderr,
/// exit status 2) is the caller's.
result<daemon_options, config_error> parse_daemon_options(std::span<const std::string> argv,
                                                          const host& machine);

/// The text of -h.
std::string daemon_usage(std::string_view program);

}  // namespace ringmaster::core

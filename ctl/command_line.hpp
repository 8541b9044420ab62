// The client's command line, and what it makes of the configuration file. Pure text.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/client_config.hpp"
#include "core/config_error.hpp"
#include "core/result.hpp"

namespace ringmaster::ctl {

struct client_options {
    bool help = false;  ///< nothing else counts
    bool interactive = false;
    std::optional<std::string> config_file;
    std::optional<std::string> serverurl;
    std::optional<std::string> username;
    std::optional<std::string> password;
    std::optional<std::string> history_file;
    std::string command;  ///< the operands, joined with blanks
    bool has_command = false;
};

/// `arguments` is argv without the program's name.
result<client_options, core::config_error> parse_client_options(
    std::span<const std::string> arguments);

/// The command line wins over the file.
core::client_config apply_options(core::client_config from_file, const client_options& given);

/// The text of -h.
std::string client_usage(std::string_view program);

}  // namespace ringmaster::ctl

// From a member of the model back to a plain value, and to the text an option would have.
//
// The other direction of option_values, for whoever shows the configuration: --dump and
// getAllConfigInfo. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/option_table.hpp"

namespace ringmaster::core {

/// Unset for what is not there. Numbers are as in the model; modes are octal text, levels and
/// users names, log files their path, AUTO or NONE.
using plain_value = std::variant<std::monostate, bool, std::int64_t, std::string, std::vector<int>,
                                 std::vector<std::string>, environment>;

/// Unset for a row without a member of this owner.
plain_value read_option(const option& row, const process_config& process);
plain_value read_option(const option& row, const daemon_config& daemon);
plain_value read_option(const option& row, const server_config& server);
plain_value read_option(const option& row, const group_config& group);
plain_value read_option(const option& row, const fcgi_socket_config& socket);

/// The option's text with nothing to expand in it. Signals get their names.
std::string option_text(const option& row, const plain_value& value);

/// "TERM" for 15.
std::string short_signal_name(int number);

}  // namespace ringmaster::core

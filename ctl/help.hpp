// The layout of `help`: names in columns under a heading. Pure text.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace ringmaster::ctl {

/// `names` downwards in the fewest rows that fit into 79 characters, two blanks between the
/// columns, every name padded to the width of its column.
std::string columns(std::span<const std::string_view> names);

/// The answer to `help` without a topic.
std::string help_overview();

}  // namespace ringmaster::ctl

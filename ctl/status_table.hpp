// The table that `status` prints. Pure text.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "ctl/answers.hpp"

namespace ringmaster::ctl {

/// One line per process, in the order given: name, state, description. The name column is wide
/// enough for the longest name shown.
std::string status_table(std::span<const process_line* const> shown);

/// `text` and blanks up to `width` characters; longer text stays as it is.
std::string padded(std::string_view text, std::size_t width);

}  // namespace ringmaster::ctl

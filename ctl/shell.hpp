// The interactive shell: status once, then one action per line until the user leaves.
#pragma once

#include <string_view>

#include "ctl/line_source.hpp"
#include "ctl/session.hpp"

namespace ringmaster::ctl {

/// `prompt` is what is shown, its "> " included. Returns at quit, end of input or Ctrl-C.
void run_shell(session& with, line_source& commands, std::string_view prompt);

}  // namespace ringmaster::ctl

// Signal names and numbers as configuration, clients and the log spell them.
//
// Linux numbers (asm-generic, the same on every architecture Debian builds us for); nothing is
// sent here.
#pragma once

#include <string>
#include <string_view>

#include "core/value_error.hpp"

namespace ringmaster::core {

/// A number, or a name with or without "SIG", in any case. Error texts are Supervisor's.
parsed<int> parse_signal(std::string_view value);

/// "SIGTERM", "SIGRTMIN" for 34, "SIGRTMAX" for 64, otherwise "signal <n>".
std::string signal_name(int number);

}  // namespace ringmaster::core

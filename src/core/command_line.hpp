// Splitting `command=` into words the way a POSIX shell would, without any expansion.
//
// Pure text. Looking the program up is the launcher's business.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace ringmaster::core {

struct command_line_error {
    std::string_view detail;  ///< "No closing quotation" or "No escaped character"; static
};

/// The words of `command`: blanks separate, '…' is literal, "…" knows \" and \\, a backslash
/// outside quotes takes the next character, adjacent pieces join. Blank text: no words.
result<std::vector<std::string>, command_line_error> split_command_line(std::string_view command);

}  // namespace ringmaster::core

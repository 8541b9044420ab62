// Messages of syslog: lines of the main log, and output of children, a message for each line,
// headed by the process' name.
//
// Used by shards and by the main log, from any thread. Without openlog(), the C library names the
// sender by the program's name and the facility is LOG_USER, as under Supervisor. Blocks while the
// syslog daemon does not keep up.
#pragma once

#include <string>
#include <string_view>

namespace ringmaster::io {

/// Bytes are sent as they are, except that NULs, which would end the message, become spaces.
void send_line_to_syslog(std::string line);

/// Sends one piece of output. Newlines at its end are dropped.
void send_to_syslog(const std::string& process, std::string_view output);

}  // namespace ringmaster::io

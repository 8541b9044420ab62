// Output of children as messages of syslog: a message for each line, headed by the process' name.
//
// Used by shards, from any thread. Blocks while the syslog daemon does not keep up.
#pragma once

#include <string>
#include <string_view>

namespace ringmaster::io {

/// Sends one piece of output. Newlines at its end are dropped, bytes are sent as they are, except
/// that NULs, which would end the message, become spaces.
void send_to_syslog(const std::string& process, std::string_view output);

}  // namespace ringmaster::io

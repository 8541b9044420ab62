// The files of the web interface, compiled into the program.
//
// Pure: a request in, a response out; nothing on the disk can be reached through here.
#pragma once

#include <string_view>

#include "http/message.hpp"

namespace ringmaster::http {

/// 200, 304, 301 for a directory without its slash, or 404. The method must be GET or HEAD.
response static_file(const request& in);

/// The text of stylesheets/supervisor.css.
std::string_view style_sheet();

}  // namespace ringmaster::http

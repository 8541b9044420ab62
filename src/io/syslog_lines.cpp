#include "io/syslog_lines.hpp"

#include <fmt/format.h>
#include <syslog.h>

#include <algorithm>

namespace ringmaster::io {

void send_line_to_syslog(std::string line) {
    std::ranges::replace(line, '\0', ' ');
    ::syslog(LOG_INFO, "%s", line.c_str());
}

void send_to_syslog(const std::string& process, std::string_view output) {
    while (output.ends_with('\n')) output.remove_suffix(1);
    for (;;) {
        const auto end = output.find('\n');
        send_line_to_syslog(fmt::format("{} {}", process, output.substr(0, end)));
        if (end == std::string_view::npos) return;
        output.remove_prefix(end + 1);
    }
}

}  // namespace ringmaster::io

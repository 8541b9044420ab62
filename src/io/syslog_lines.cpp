#include "io/syslog_lines.hpp"

#include <syslog.h>

#include <algorithm>

namespace ringmaster::io {

void send_to_syslog(const std::string& process, std::string_view output) {
    while (output.ends_with('\n')) output.remove_suffix(1);
    for (;;) {
        const auto end = output.find('\n');
        std::string line(output.substr(0, end));
        std::ranges::replace(line, '\0', ' ');
        ::syslog(LOG_INFO, "%s %s", process.c_str(), line.c_str());
        if (end == std::string_view::npos) return;
        output.remove_prefix(end + 1);
    }
}

}  // namespace ringmaster::io

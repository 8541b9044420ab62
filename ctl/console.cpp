#include "ctl/console.hpp"

#include <unistd.h>

#include <cerrno>
#include <string>

#include "ctl/interrupt.hpp"
#include "io/posix.hpp"

namespace ringmaster::ctl {
namespace {

/// Waits for room in a pipe that others who have it open made non-blocking.
error_code write_out(std::string_view text) {
    while (!text.empty()) {
        const auto wrote = ::write(STDOUT_FILENO, text.data(), text.size());
        if (wrote >= 0) {
            text.remove_prefix(static_cast<std::size_t>(wrote));
        } else if (errno == EAGAIN) {
            if (!wait_ready(STDOUT_FILENO, POLLOUT)) return io::posix_error(EINTR);
        } else if (errno != EINTR) {
            return io::last_errno();
        }
    }
    return {};
}

}  // namespace

void console::print(std::string_view text) {
    if (text.empty() || failed_) return;
    failed_ = write_out(text);
}

void console::line(std::string_view text) {
    std::string whole{text};
    whole += '\n';
    print(whole);
}

void console::error_line(std::string_view text) {
    std::string whole{text};
    whole += '\n';
    (void)io::write_all(STDERR_FILENO, whole);  // there is no further place to complain
}

}  // namespace ringmaster::ctl

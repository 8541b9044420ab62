#include "ctl/console.hpp"

#include <unistd.h>

#include <string>

#include "io/posix.hpp"

namespace ringmaster::ctl {

void console::print(std::string_view text) {
    if (text.empty() || failed_) return;
    failed_ = io::write_all(STDOUT_FILENO, text);
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

#include "ctl/line_source.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "ctl/interrupt.hpp"
#include "io/posix.hpp"
#include "io/unique_fd.hpp"

namespace ringmaster::ctl {
namespace {

/// Appends what can be read from `fd`; false at the end.
outcome<bool> read_more(int fd, std::string& into) {
    std::array<char, 4096> buffer;
    for (;;) {
        if (auto ready = wait_ready(fd, POLLIN); !ready) return ready.error();
        const auto got = ::read(fd, buffer.data(), buffer.size());
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (got < 0) return system_failure(errno);
        into.append(buffer.data(), static_cast<std::size_t>(got));
        return got > 0;
    }
}

/// Switches a terminal's echo off for as long as it lives.
class hidden_input {
public:
    explicit hidden_input(int terminal) : terminal_(terminal) {
        ::tcgetattr(terminal_, &before_);
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(terminal_, TCSAFLUSH, &silent);
    }
    hidden_input(const hidden_input&) = delete;
    hidden_input& operator=(const hidden_input&) = delete;
    ~hidden_input() { ::tcsetattr(terminal_, TCSAFLUSH, &before_); }

private:
    int terminal_;
    termios before_{};
};

outcome<typed_line> read_hidden(int terminal, std::string_view prompt) {
    // The echo must come back even if the user gives up.
    const interrupt_scope catch_interrupt;
    const hidden_input guard{terminal};
    (void)io::write_all(terminal, prompt);
    typed_line typed;
    bool more = true;
    while (more && typed.text.find('\n') == std::string::npos) {
        const auto got = read_more(terminal, typed.text);
        if (!got) return got.error();
        more = *got;
    }
    (void)io::write_all(terminal, "\n");
    if (typed.text.empty()) return typed;
    typed.kind = typed_line::what::text;
    typed.text.resize(std::min(typed.text.find('\n'), typed.text.size()));
    return typed;
}

}  // namespace

bool stdin_lines::has_buffered_line() const {
    return at_end_ || buffered_.find('\n') != std::string::npos;
}

int stdin_lines::descriptor() const {
    return STDIN_FILENO;
}

outcome<void> stdin_lines::fill() {
    const auto more = read_more(STDIN_FILENO, buffered_);
    if (!more) return more.error();
    at_end_ = !*more;
    return {};
}

outcome<typed_line> stdin_lines::read_line(std::string_view prompt) {
    (void)io::write_all(STDOUT_FILENO, prompt);
    while (!has_buffered_line())
        if (auto filled = fill(); !filled) return filled.error();
    typed_line typed;
    at_end_ = false;  // a terminal's Ctrl-D ends one read, not the input
    if (buffered_.empty()) return typed;
    typed.kind = typed_line::what::text;
    const auto end = buffered_.find('\n');
    typed.text = buffered_.substr(0, end);
    buffered_.erase(0, end == std::string::npos ? end : end + 1);
    return typed;
}

bool on_terminal() {
    return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
}

outcome<typed_line> read_password(std::string_view prompt, line_source& fallback) {
    const io::unique_fd terminal{::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)};
    if (terminal) return read_hidden(terminal.get(), prompt);
    (void)io::write_all(STDERR_FILENO, prompt);
    return fallback.read_line({});
}

}  // namespace ringmaster::ctl

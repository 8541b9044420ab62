// Where lines typed by the user come from: the shell's commands, and answers to questions.
//
// Confirmations, `fg` and, without a terminal, the shell share one source, because a pipe may hold
// the command and what it reads in one piece. On a terminal the shell has a line_editor.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ctl/failure.hpp"

namespace ringmaster::ctl {

struct typed_line {
    enum class what : std::uint8_t { text, end };
    what kind = what::end;
    std::string text;  ///< without the line feed
};

class line_source {
public:
    virtual ~line_source() = default;

    /// Shows `prompt` on stdout and waits for a line. The last line may lack its line feed.
    /// Fails with `interrupted` on Ctrl-C while an interrupt_scope is alive.
    virtual outcome<typed_line> read_line(std::string_view prompt) = 0;
};

/// Standard input as it is: no editing, no history.
class stdin_lines : public line_source {
public:
    outcome<typed_line> read_line(std::string_view prompt) override;

    /// For those who wait for other things too: whether read_line() would answer at once, the
    /// descriptor to poll while it would not, and the taking of what that descriptor has.
    bool has_buffered_line() const;
    int descriptor() const;
    outcome<void> fill();

private:
    std::string buffered_;
    bool at_end_ = false;
};

/// Whether a person types and reads: stdin and stdout are terminals.
bool on_terminal();

/// Asks for a password without showing it: on the controlling terminal, or else on stderr and from
/// `fallback`. Unset `what::text` at the end of input.
outcome<typed_line> read_password(std::string_view prompt, line_source& fallback);

}  // namespace ringmaster::ctl

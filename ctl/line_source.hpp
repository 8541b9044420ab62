// Where lines typed by the user come from: the shell's commands, and answers to questions.
//
// The shell, the confirmations and `fg` share one source, because a pipe may hold the command and
// what it reads in one piece. An editing source for terminals fits behind the same interface.
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

    /// For those who wait for other things too: whether read_line() would answer at once, the
    /// descriptor to poll while it would not, and the taking of what that descriptor has.
    virtual bool has_buffered_line() const = 0;
    virtual int descriptor() const = 0;
    virtual outcome<void> fill() = 0;
};

/// Standard input as it is: no editing, no history.
class stdin_lines : public line_source {
public:
    outcome<typed_line> read_line(std::string_view prompt) override;
    bool has_buffered_line() const override;
    int descriptor() const override;
    outcome<void> fill() override;

private:
    std::string buffered_;
    bool at_end_ = false;
};

/// Asks for a password without showing it: on the controlling terminal, or else on stderr and from
/// `fallback`. Unset `what::text` at the end of input.
outcome<typed_line> read_password(std::string_view prompt, line_source& fallback);

}  // namespace ringmaster::ctl

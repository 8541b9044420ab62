// The lines that were typed into the shell, this time and earlier.
//
// The line editor owns one. The file holds one line per command, as GNU readline writes it, so that
// the history of a former supervisorctl goes on.
#pragma once

#include <histedit.h>

#include <memory>
#include <string>
#include <string_view>

namespace ringmaster::ctl {

class line_history {
public:
    /// With what `file` holds; empty: history of this session only. A file that cannot be read is
    /// an empty one.
    explicit line_history(std::string file);
    line_history(const line_history&) = delete;
    line_history& operator=(const line_history&) = delete;
    /// Writes the file, for nobody else to read; silently gives up if it cannot.
    ~line_history();

    /// Blank lines and a line equal to the one before are left out; the oldest lines go when there
    /// are too many.
    void add(std::string_view line);

    /// For libedit. Borrowed.
    ::History* handle() const { return history_.get(); }

private:
    std::string file_;
    std::unique_ptr<::History, decltype(&::history_end)> history_;
};

}  // namespace ringmaster::ctl

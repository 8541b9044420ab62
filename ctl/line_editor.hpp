// The shell's lines on a terminal: editing, history and completion, by libedit.
//
// Made for one shell; nothing else of the client knows libedit. Between two lines the terminal is
// as it was found, so that actions may read from it and write to it.
#pragma once

#include <histedit.h>

#include <cwchar>
#include <memory>
#include <string>
#include <string_view>

#include "ctl/completion.hpp"
#include "ctl/line_history.hpp"
#include "ctl/line_source.hpp"

namespace ringmaster::ctl {

class line_editor : public line_source {
public:
    /// `completions` must outlive it. See line_history for the file.
    line_editor(completer& completions, std::string history_file);

    outcome<typed_line> read_line(std::string_view prompt) override;

private:
    static line_editor& of(::EditLine* editor);
    int read_character(wchar_t& into);
    unsigned char complete();
    void list(const std::vector<std::string>& names);

    completer& completions_;
    line_history history_;
    std::unique_ptr<::EditLine, decltype(&::el_end)> editor_;
    std::string prompt_;
    std::mbstate_t partial_{};  // of a character of several bytes
    bool interrupted_ = false;
};

}  // namespace ringmaster::ctl

#include "ctl/line_editor.hpp"

#include <langinfo.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <utility>

#include "ctl/help.hpp"
#include "ctl/interrupt.hpp"

namespace ringmaster::ctl {
namespace {

/// More names than this are counted, not listed.
constexpr std::size_t most_listed = 200;

struct key {
    const char* sequence;
    const char* function;
};

/// Where libedit's keys are not those that people know from shells, which use GNU readline.
constexpr std::array keys{
    key{"^I", "complete-command"},         // TAB
    key{"^D", "end-or-delete"},            // see below
    key{"^R", "em-inc-search-prev"},       // search
    key{"^W", "ed-delete-prev-word"},      // delete a word
    key{"\\e[3~", "ed-delete-next-char"},  // Delete
    key{"\\e[1;5C", "em-next-word"},       // Ctrl and the right arrow
    key{"\\e[1;5D", "ed-prev-word"},       // Ctrl and the left arrow
};

/// How libedit understands bytes that are not ASCII. Where nobody set a locale, as in containers
/// and after sudo, it would know of no others, and they would be left out of names.
void choose_characters() {
    std::setlocale(LC_CTYPE, "");
    if (MB_CUR_MAX == 1 && ::nl_langinfo(CODESET) == std::string_view{"ANSI_X3.4-1968"})
        std::setlocale(LC_CTYPE, "C.UTF-8");
}

/// Unlike libedit's own function, shows nothing at the end.
unsigned char end_or_delete(::EditLine* editor) {
    const auto* line = ::el_line(editor);
    if (line->buffer == line->lastchar) return CC_EOF;
    if (line->cursor == line->lastchar) return CC_REFRESH_BEEP;
    ::el_cursor(editor, 1);
    ::el_deletestr(editor, 1);
    return CC_REFRESH;
}

}  // namespace

line_editor& line_editor::of(::EditLine* editor) {
    void* self = nullptr;
    ::el_get(editor, EL_CLIENTDATA, &self);
    return *static_cast<line_editor*>(self);
}

line_editor::line_editor(completer& completions, std::string history_file)
    : completions_(completions), history_(std::move(history_file)), editor_(nullptr, ::el_end) {
    choose_characters();
    editor_.reset(::el_init("ringmasterctl", stdin, stdout, stderr));
    if (!editor_) throw std::bad_alloc{};
    auto* editor = editor_.get();
    ::el_set(editor, EL_CLIENTDATA, this);
    ::el_set(editor, EL_EDITOR, "emacs");
    ::el_set(editor, EL_SIGNAL, 1);  // the terminal is restored before a signal takes effect
    ::el_set(editor, EL_HIST, ::history, history_.handle());
    ::el_set(
        editor, EL_PROMPT, +[](::EditLine* which) { return of(which).prompt_.data(); });
    ::el_wset(
        editor, EL_GETCFN,
        +[](::EditLine* which, wchar_t* into) { return of(which).read_character(*into); });
    ::el_set(
        editor, EL_ADDFN, "complete-command", "Complete the word before the cursor",
        +[](::EditLine* which, int) { return of(which).complete(); });
    ::el_set(
        editor, EL_ADDFN, "end-or-delete", "End an empty line, or delete a character",
        +[](::EditLine* which, int) { return end_or_delete(which); });
    for (const auto& one : keys) ::el_set(editor, EL_BIND, one.sequence, one.function, nullptr);
    ::el_source(editor, nullptr);  // the user's ~/.editrc has the last word
}

/// In place of libedit's own, which would miss a Ctrl-C that comes just before it waits.
int line_editor::read_character(wchar_t& into) {
    for (;;) {
        if (const auto ready = wait_ready(STDIN_FILENO, POLLIN); !ready) {
            interrupted_ = ready.error().kind == failure_kind::interrupted;
            errno = EINTR;
            return -1;
        }
        char byte = 0;
        const auto got = ::read(STDIN_FILENO, &byte, 1);
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (got <= 0) return static_cast<int>(got);
        const auto length = std::mbrtowc(&into, &byte, 1, &partial_);
        if (length == static_cast<std::size_t>(-2)) continue;
        if (length != static_cast<std::size_t>(-1)) return 1;
        partial_ = {};  // no character: left out
    }
}

void line_editor::list(const std::vector<std::string>& names) {
    std::string text = "\n";
    if (names.size() > most_listed)
        text += std::to_string(names.size()) + " possibilities\n";
    else
        text += columns(std::vector<std::string_view>{names.begin(), names.end()});
    std::fputs(text.c_str(), stdout);
}

unsigned char line_editor::complete() {
    const auto* line = ::el_line(editor_.get());
    const std::string_view typed{line->buffer,
                                 static_cast<std::size_t>(line->cursor - line->buffer)};
    const auto names = completions_.candidates(typed);
    if (!names) {
        interrupted_ = true;
        return CC_FATAL;
    }
    if (names->empty()) return CC_REFRESH_BEEP;
    auto missing = std::string{common_start(*names).substr(completion_at(typed).word.size())};
    if (names->size() == 1) missing += ' ';
    if (!missing.empty())
        return ::el_insertstr(editor_.get(), missing.c_str()) == 0 ? CC_REFRESH : CC_REFRESH_BEEP;
    list(*names);
    return CC_REDISPLAY;
}

outcome<typed_line> line_editor::read_line(std::string_view prompt) {
    prompt_ = prompt;
    completions_.forget();
    interrupted_ = false;
    ::el_resize(editor_.get());
    ::el_set(editor_.get(), EL_PREP_TERM, 1);  // before the prompt, so that nothing is echoed twice
    int length = 0;
    const char* text = ::el_gets(editor_.get(), &length);
    if (interrupted_) return interrupted_failure();
    typed_line typed;
    if (text == nullptr || length <= 0) return typed;
    typed.kind = typed_line::what::text;
    typed.text.assign(text, static_cast<std::size_t>(length));
    if (typed.text.ends_with('\n')) typed.text.pop_back();
    history_.add(typed.text);
    return typed;
}

}  // namespace ringmaster::ctl

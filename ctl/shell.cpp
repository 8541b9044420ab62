#include "ctl/shell.hpp"

#include "ctl/dispatcher.hpp"
#include "ctl/interrupt.hpp"

namespace ringmaster::ctl {

void run_shell(session& with, line_source& commands, std::string_view prompt) {
    const interrupt_scope catch_interrupt;
    auto next = run_command(with, "status");
    while (next == verdict::go_on && !with.out().failed()) {
        const auto typed = commands.read_line(prompt);
        if (!typed)
            next = verdict::interrupted;
        else if (typed->kind == typed_line::what::end)
            next = run_command(with, "EOF");
        else
            next = run_command(with, typed->text);
    }
    if (next == verdict::interrupted) with.out().line();
}

}  // namespace ringmaster::ctl

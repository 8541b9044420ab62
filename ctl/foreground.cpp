// The action fg: a process's logs on the terminal, the user's lines on its stdin.
#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "core/process_info.hpp"
#include "core/text.hpp"
#include "ctl/action_table.hpp"
#include "ctl/actions.hpp"
#include "ctl/answers.hpp"
#include "ctl/interrupt.hpp"
#include "ctl/log_stream.hpp"

namespace ringmaster::ctl {
namespace {

using code = rpc::fault_code;

bool is_up(const process_line& process) {
    return process.state == static_cast<int>(core::process_state::running);
}

outcome<process_line> look_up(session& with, const std::string& name) {
    const auto answer = with.rpc().call("getProcessInfo", {{name}});
    if (!answer) return answer.error();
    return read_process(*answer);
}

/// The conversation with one process.
class foreground {
public:
    foreground(session& with, std::string name) : with_(with), name_(std::move(name)) {}

    /// Until the user or the process ends it, or a connection fails.
    outcome<void> run();

private:
    outcome<void> open_streams();
    outcome<void> wait_and_print();
    outcome<bool> pass_line_on();
    outcome<bool> still_up();

    session& with_;
    std::string name_;
    std::array<std::optional<log_stream>, 2> streams_;
};

outcome<void> foreground::open_streams() {
    constexpr std::array channels{"stdout", "stderr"};
    for (std::size_t i = 0; i < channels.size(); ++i) {
        auto stream = log_stream::open(with_.server(), log_path(name_, channels[i]));
        if (!stream) return stream.error();
        streams_[i].emplace(*std::move(stream));
    }
    return {};
}

/// Waits for the user or for output, and takes what is there.
outcome<void> foreground::wait_and_print() {
    // A negative descriptor is one that poll() leaves out.
    std::array<pollfd, 3> waiting{};
    waiting[2] = {with_.input().descriptor(), POLLIN, 0};
    for (std::size_t i = 0; i < streams_.size(); ++i)
        waiting[i] = {streams_[i] ? streams_[i]->descriptor() : -1, POLLIN, 0};
    if (auto ready = wait_ready(waiting); !ready) return ready;
    for (std::size_t i = 0; i < streams_.size(); ++i) {
        if (waiting[i].revents == 0) continue;
        const auto more = streams_[i]->pump(with_.out());
        if (!more) return more.error();
        if (!*more) streams_[i].reset();
    }
    if (waiting[2].revents != 0) return with_.input().fill();
    return {};
}

outcome<bool> foreground::still_up() {
    const auto process = look_up(with_, name_);
    if (!process) return process.error();
    if (!is_up(*process)) with_.out().line("Process got killed");
    return is_up(*process);
}

/// False: the conversation is over.
outcome<bool> foreground::pass_line_on() {
    auto typed = with_.input().read_line({});
    if (!typed) return typed.error();
    if (typed->kind == typed_line::what::end) return false;
    const auto sent = with_.rpc().call("sendProcessStdin", {{name_}, {typed->text + '\n'}});
    if (sent) return still_up();
    const auto why = sent.error();
    if (why.kind != failure_kind::fault) return why;
    with_.out().line(why.is(code::not_running) ? "Process got killed"
                                               : fmt::format("ERROR: {}", why.message));
    return false;
}

outcome<void> foreground::run() {
    if (auto opened = open_streams(); !opened) return opened;
    for (;;) {
        while (!with_.input().has_buffered_line())
            if (auto waited = wait_and_print(); !waited) return waited;
        const auto go_on = pass_line_on();
        if (!go_on) return go_on.error();
        if (!*go_on) return {};
    }
}

/// The name to talk to; unset if it cannot be, which was reported.
outcome<std::optional<std::string>> chosen_process(session& with, std::string_view arguments) {
    const auto fail = [&](std::string_view text) {
        with.out().line(fmt::format("ERROR: {}", text));
        with.set_status(exit_generic);
        return std::optional<std::string>{};
    };
    const auto names = core::split_blanks(arguments);
    if (names.empty()) {
        const auto none = fail("no process name supplied");
        with.out().print(find_action("fg")->help);
        return none;
    }
    if (names.size() > 1) return fail("too many process names supplied");
    const auto process = look_up(with, names.front());
    if (process) {
        if (is_up(*process)) return std::optional{names.front()};
        return fail("process not running");
    }
    const auto why = process.error();
    if (why.is(code::bad_name)) return fail("bad process name supplied");
    if (why.kind != failure_kind::fault) return why;
    with.out().line(fmt::format("ERROR: {}", why.message));
    return std::optional<std::string>{};
}

}  // namespace

outcome<void> run_foreground(session& with, std::string_view arguments) {
    const auto usable = with.check_server();
    if (!usable) return usable.error();
    if (!*usable) return {};
    const auto name = chosen_process(with, arguments);
    if (!name) return name.error();
    if (!*name) return {};

    const interrupt_scope catch_interrupt;
    with.out().line("==> Press Ctrl-C to exit <==");
    const auto ended = foreground{with, **name}.run();
    if (!ended && ended.error().kind != failure_kind::interrupted) return ended;
    // Behind the "^C" that a terminal shows.
    if (!ended && on_terminal()) with.out().line();
    with.out().line("Exiting foreground");
    return {};
}

}  // namespace ringmaster::ctl

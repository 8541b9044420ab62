// Actions on the daemon as a whole, and on the session: shutdown, reload, open, quit.
#include <fmt/format.h>

#include "core/text.hpp"
#include "ctl/action_table.hpp"
#include "ctl/actions.hpp"

namespace ringmaster::ctl {
namespace {

using code = rpc::fault_code;

/// Whether to go on: yes unless a person is there and does not say so.
outcome<bool> confirmed(session& with, std::string_view question) {
    if (!with.interactive()) return true;
    const auto answer = with.ask(question);
    if (!answer) return answer.error();
    return answer->starts_with('y') || answer->starts_with('Y');
}

/// Whether the action may go on: it takes no arguments.
bool accepts(session& with, std::string_view action, std::string_view arguments) {
    if (arguments.empty()) return true;
    print_usage_error(with, action, fmt::format("{} accepts no arguments", action));
    with.set_status(exit_generic);
    return false;
}

}  // namespace

outcome<void> shut_down_daemon(session& with, std::string_view arguments) {
    if (!accepts(with, "shutdown", arguments)) return {};
    const auto sure = confirmed(with, "Really shut the remote supervisord process down y/N? ");
    if (!sure) return sure.error();
    if (!*sure) return {};
    const auto answer = with.rpc().call("shutdown");
    if (answer) {
        with.out().line("Shut down");
        return {};
    }
    const auto why = answer.error();
    if (why.is(code::shutdown_state)) {
        with.out().line("ERROR: already shutting down");
        return {};
    }
    if (why.kind != failure_kind::refused && why.kind != failure_kind::no_socket) return why;
    with.out().line(
        fmt::format("ERROR: {} {} (already shut down?)", with.server().url,
                    why.kind == failure_kind::refused ? "refused connection" : "no such file"));
    with.set_status(exit_generic);
    return {};
}

outcome<void> restart_daemon(session& with, std::string_view arguments) {
    if (!accepts(with, "reload", arguments)) return {};
    const auto sure = confirmed(with, "Really restart the remote supervisord process y/N? ");
    if (!sure) return sure.error();
    if (!*sure) return {};
    const auto answer = with.rpc().call("restart");
    if (answer) {
        with.out().line("Restarted supervisord");
        return {};
    }
    const auto why = answer.error();
    if (!why.is(code::shutdown_state)) return why;
    with.out().line("ERROR: already shutting down");
    with.set_status(exit_generic);
    return {};
}

outcome<void> open_server(session& with, std::string_view url) {
    const auto scheme = core::to_lower(url.substr(0, url.find(':')));
    if (url.find(':') == std::string_view::npos || (scheme != "http" && scheme != "unix")) {
        with.out().line("ERROR: url must be http:// or unix://");
        with.set_status(exit_generic);
        return {};
    }
    with.rpc().disconnect();
    with.server().url = url;
    const int before = with.status();
    auto shown = show_status(with, {});
    with.set_status(before);
    return shown;
}

outcome<void> leave(session& with, std::string_view) {
    with.out().line();
    return {};
}

}  // namespace ringmaster::ctl

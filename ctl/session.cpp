#include "ctl/session.hpp"

#include <fmt/format.h>

#include <utility>

#include "rpc/python_text.hpp"

namespace ringmaster::ctl {
namespace {

constexpr std::string_view api_version = "3.0";

outcome<std::string> text_of(outcome<typed_line> typed) {
    if (!typed) return typed.error();
    if (typed->kind == typed_line::what::end)
        return plain_failure("EOFError", "EOF when reading a line");
    return std::move(typed->text);
}

}  // namespace

outcome<bool> session::check_server() {
    const auto version = rpc_.call("getVersion");
    if (version) {
        if (const auto* text = version->text(); text != nullptr && *text == api_version)
            return true;
        out_.line(
            fmt::format("Sorry, this version of supervisorctl expects to talk to a server "
                        "with API version {}, but the remote version is {}.",
                        api_version, rpc::python_text(*version)));
        set_status(exit_not_installed);
        return false;
    }
    const auto why = version.error();
    if (why.is(rpc::fault_code::unknown_method)) {
        out_.line(
            "Sorry, supervisord responded but did not recognize the supervisor namespace commands "
            "that supervisorctl uses to control it.  Please check that the "
            "[rpcinterface:supervisor] section is enabled in the configuration file (see "
            "sample.conf).");
        set_status(exit_unimplemented);
        return false;
    }
    if (why.kind == failure_kind::refused) {
        out_.line(fmt::format("{} refused connection", server_.url));
        set_status(exit_insufficient_privileges);
        return false;
    }
    if (why.kind == failure_kind::no_socket) {
        out_.line(fmt::format("{} no such file", server_.url));
        set_status(exit_not_running);
        return false;
    }
    return why;
}

outcome<std::vector<process_line>> session::all_processes() {
    const auto answer = rpc_.call("getAllProcessInfo", {}, process_line_members);
    if (!answer) return answer.error();
    return read_processes(*answer);
}

outcome<std::string> session::ask(std::string_view question) {
    return text_of(input_.read_line(question));
}

outcome<void> session::ask_credentials() {
    auto username = ask("Username:");
    if (!username) return username.error();
    auto password = text_of(read_password("Password:", input_));
    if (!password) return password.error();
    out_.line();
    server_.username = *std::move(username);
    server_.password = *std::move(password);
    return {};
}

}  // namespace ringmaster::ctl

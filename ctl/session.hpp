// What the actions work with: the server, the terminal, the exit status.
//
// Made once in main() and lent to every action. Holds no knowledge of single actions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ctl/answers.hpp"
#include "ctl/console.hpp"
#include "ctl/failure.hpp"
#include "ctl/line_source.hpp"
#include "ctl/rpc_client.hpp"
#include "ctl/server_url.hpp"

namespace ringmaster::ctl {

/// Exit statuses, in the LSB's words.
enum exit_status : int {
    exit_generic = 1,
    exit_invalid_arguments = 2,
    exit_unimplemented = 3,
    exit_insufficient_privileges = 4,
    exit_not_installed = 5,
    exit_not_running = 7,
    status_not_running = 3,  ///< of `status`
    status_unknown = 4,      ///< of `status`
};

class session {
public:
    session(server_access server, bool interactive, stdin_lines& input)
        : server_(std::move(server)), rpc_(server_), input_(input), interactive_(interactive) {}
    session(const session&) = delete;
    session& operator=(const session&) = delete;

    console& out() { return out_; }
    rpc_client& rpc() { return rpc_; }
    stdin_lines& input() { return input_; }
    server_access& server() { return server_; }
    /// Whether a person is there to be asked.
    bool interactive() const { return interactive_; }

    /// Successes never reset the status and a later problem replaces an earlier one.
    void set_status(int status) { status_ = status; }
    int status() const { return status_; }

    /// Whether a daemon that speaks our API answers. False: the reason was printed and the status
    /// set. Other failures, and a daemon that shuts down, come back as such.
    outcome<bool> check_server();

    /// All processes of the daemon, as it sorts them.
    outcome<std::vector<process_line>> all_processes();

    /// Asks on the terminal. The end of input is a failure.
    outcome<std::string> ask(std::string_view question);

    /// Asks for username and password and uses them from now on.
    outcome<void> ask_credentials();

private:
    server_access server_;
    rpc_client rpc_;
    console out_;
    stdin_lines& input_;
    bool interactive_;
    int status_ = 0;
};

}  // namespace ringmaster::ctl

// What the links of the status page do, and the sentence each of them ends in.
//
// A stateless coroutine on top of the dashboard port. Scripts read the sentences out of the
// redirect, so they are Supervisor's, to the letter.
#pragma once

#include <optional>
#include <string>

#include "http/dashboard_port.hpp"
#include "http/message.hpp"

namespace ringmaster::http {

struct action_request {
    std::string action;   ///< not empty
    std::string process;  ///< namespec; empty if not given
};

/// Performs the action, waits for its completion and returns the message for the status page;
/// nullopt if there is no such action. `wanted` and `dashboard` must live until then.
task<std::optional<std::string>> perform(const action_request& wanted, dashboard_port& dashboard);

/// "unexpected rpc fault [70] NOT_RUNNING: web".
std::string unexpected_fault(const action_result& result);

}  // namespace ringmaster::http

// The list of what the client can do: one entry per action, for running, help and completion.
#pragma once

#include <span>
#include <string_view>

#include "ctl/failure.hpp"
#include "ctl/session.hpp"

namespace ringmaster::ctl {

/// Runs an action on the stripped text behind its name. Prints its own results; what it does not
/// handle comes back as a failure, and the caller reports it.
using action_function = outcome<void> (*)(session& with, std::string_view arguments);

struct action {
    std::string_view name;
    action_function run;
    std::string_view help;  ///< whole lines; empty: not a topic of help
    bool ends_shell = false;
};

/// Sorted by name.
std::span<const action> all_actions();

/// Null for an unknown name; names are case-sensitive.
const action* find_action(std::string_view name);

/// "Error: <message>" and the lines of `help <name>`.
void print_usage_error(session& with, std::string_view name, std::string_view message);

}  // namespace ringmaster::ctl

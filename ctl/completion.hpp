// What TAB offers in the shell: actions, groups or processes, by where the cursor stands.
//
// The rules are pure; the completer, which the shell owns, asks the daemon for its processes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/answers.hpp"
#include "ctl/session.hpp"

namespace ringmaster::ctl {

enum class completed_thing : std::uint8_t { nothing, action, group, process };

/// What may stand at the end of `typed`, the line up to the cursor.
struct completion_point {
    completed_thing thing = completed_thing::nothing;
    std::string_view word;  ///< the part of it that is already there; into `typed`
};
completion_point completion_at(std::string_view typed);

/// The names that begin with `word`, each once: groups in the order of the daemon.
std::vector<std::string> matching_actions(std::string_view word);
std::vector<std::string> matching_groups(std::span<const process_line> processes,
                                         std::string_view word);
/// The short name where group and process are called the same and `word` has no colon; otherwise
/// group:name, and group:* once for each group.
std::vector<std::string> matching_processes(std::span<const process_line> processes,
                                            std::string_view word);

/// The longest text that all of them begin with.
std::string_view common_start(std::span<const std::string> names);

/// Completes for one session. Asks the daemon at most once a command line.
class completer {
public:
    explicit completer(session& with) : with_(with) {}

    /// A new command line: processes may have come and gone.
    void forget() { processes_.reset(); }

    /// The whole words that fit at the end of `typed`. None if the daemon does not answer; fails
    /// only with `interrupted`.
    outcome<std::vector<std::string>> candidates(std::string_view typed);

private:
    outcome<void> fetch();

    session& with_;
    std::optional<std::vector<process_line>> processes_;
};

}  // namespace ringmaster::ctl

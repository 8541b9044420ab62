// What the state machines ask of the world: values that the driver (io/fleet) carries out.
//
// The machines only append; the driver takes the effects in order. Nothing here holds a
// descriptor, so effects and machines can cross a process border or be written to disk.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <variant>

#include "core/log.hpp"
#include "core/process_info.hpp"

namespace ringmaster::core {

/// Names one process of the running configuration; never reused during the life of a supervisor.
using process_id = std::uint32_t;

/// Make the child. The driver answers once, with launched(), launch_failed() or launch_undone().
struct launch_effect {};

/// Give the launch under way up, it hangs: it is not answered any more, and what comes of it is
/// killed.
struct give_up_effect {};

/// Send `signo` to the child, or to its process group. The driver answers with signal_failed()
/// if kill(2) fails; success needs no answer.
struct signal_effect {
    int signo;
    bool to_group;
    bool is_stop;  ///< else a client only wanted to signal
};

/// The process has no child any more, or got none: what was kept for one can go.
struct gone_effect {};

/// The state changed. Carries what the matching PROCESS_STATE event says.
struct state_effect {
    process_state from;
    process_state to;
    int pid;
    int tries;      ///< STARTING, BACKOFF: failed starts so far
    bool expected;  ///< EXITED: the exit code is in `exitcodes`
};

/// A group was activated or removed.
struct group_effect {
    std::string name;
    bool added;
};

/// The daemon's main loop begins, or the daemon begins to stop (before anything is signalled).
struct daemon_effect {
    bool stopping;
};

/// One line for the main log.
using log_effect = log_line;

/// Who it concerns is part of the effect; what concerns no process carries `no_process`.
inline constexpr process_id no_process = 0;

struct effect {
    process_id process;
    std::variant<launch_effect, give_up_effect, signal_effect, gone_effect, state_effect,
                 group_effect, daemon_effect, log_effect>
        what;
};

using effect_queue = std::deque<effect>;

}  // namespace ringmaster::core

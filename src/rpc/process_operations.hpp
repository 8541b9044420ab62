// Starting, stopping and signalling one or many processes: checks, requests, and waiting.
//
// Shared by the methods for one process and for many. All processes are asked before any is waited
// for. Runs on the control thread; the fleet may change during every await.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/task.hpp"
#include "rpc/fault.hpp"
#include "rpc/supervisor_port.hpp"

namespace ringmaster::rpc {

/// A process taking part in an operation, and what came of it.
struct participant {
    process_id id = core::no_process;
    std::string label;  ///< how faults name it
    std::string name;   ///< for result lists, as is `group`
    std::string group;
    std::optional<fault> failure;  ///< filled in by the operation

    participant(process_id p, std::string text) : id(p), label(std::move(text)) {}
};

using participants = std::vector<participant>;

// Each operation answers with all participants, those first that needed no waiting, then the others
// as they finished. `port` must outlive the task. Cancellation: what was asked for is not undone.

/// `wait` false: answers as soon as it is known whether the children could be made.
task<participants> start_processes(supervisor_port& port, participants all, bool wait);

/// A program that has ended and is about to be restarted can be stopped, too.
bool can_be_stopped(const core::process_fsm& process);

/// `wait` false: answers when the signals are sent.
task<participants> stop_processes(supervisor_port& port, participants all, bool wait);

/// `signo` unset: the signal called `signal` does not exist, which every participant is told.
task<participants> signal_processes(supervisor_port& port, participants all,
                                    std::optional<int> signo, std::string signal);

}  // namespace ringmaster::rpc

#include "rpc/process_operations.hpp"

#include <functional>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "rpc/ledger.hpp"

namespace ringmaster::rpc {
namespace {

using core::process_fsm;
using core::process_state;

fault command_fault(const command_problem& problem) {
    return {problem.missing ? fault_code::no_file : fault_code::not_executable, problem.text};
}

/// Why a process cannot be started now; none if it can.
std::optional<fault> start_obstacle(const core::supervisor& model, const participant& who) {
    // These two can only have changed while the command was looked up.
    if (model.state() != core::daemon_state::running) return fault(fault_code::shutdown_state);
    const process_fsm* const fsm = model.find(who.id);
    if (fsm == nullptr) return fault(fault_code::bad_name, who.label);
    if (core::is_running(fsm->state())) return fault(fault_code::already_started, who.label);
    if (fsm->state() == process_state::unknown) {
        return fault(fault_code::failed,
                     fmt::format("{} is in an unknown process state", who.label));
    }
    return std::nullopt;
}

void request_start(supervisor_port& port, ledger& book, const participant& who) {
    if (auto obstacle = start_obstacle(port.model(), who)) {
        book.finish(who.id, std::move(obstacle));
    } else if (book.size() > 1) {
        port.start_in_turn(who.id);
    } else {
        port.start(who.id);
    }
}

/// Whether a start has come to its end; records it then.
bool start_settled(const core::supervisor& model, ledger& book, process_id id, bool wait) {
    const std::string& label = book.of(id).label;
    const process_fsm* const fsm = model.find(id);
    if (fsm != nullptr && fsm->launching()) return false;
    if (fsm != nullptr && !fsm->spawnerr().empty()) {
        book.finish(id, fault(fault_code::spawn_error, label));
    } else if (!wait || (fsm != nullptr && fsm->state() == process_state::running)) {
        book.finish(id);
    } else if (fsm != nullptr && fsm->state() == process_state::starting) {
        book.keep_waiting(id);
        return false;
    } else {
        book.keep_waiting(id);
        book.finish(id, fault(fault_code::abnormal_termination, label));
    }
    return true;
}

/// Pid 0: no child, or one that is only being made.
int pid_of(const core::supervisor& model, process_id id) {
    const process_fsm* const fsm = model.find(id);
    return fsm == nullptr ? 0 : fsm->pid();
}

process_state state_of(const core::supervisor& model, process_id id) {
    const process_fsm* const fsm = model.find(id);
    return fsm == nullptr ? process_state::stopped : fsm->state();
}

void request_stop(supervisor_port& port, ledger& book, const participant& who, bool wait) {
    const process_fsm* const fsm = port.model().find(who.id);
    if (fsm == nullptr || !can_be_stopped(*fsm)) {
        return book.finish(who.id, fault(fault_code::not_running, who.label));
    }
    if (auto problem = port.stop(who.id)) {
        return book.finish(who.id, fault(fault_code::failed, std::move(*problem)));
    }
    if (!wait || core::is_stopped(state_of(port.model(), who.id))) return book.finish(who.id);
    book.keep_waiting(who.id);
    port.report_stopping(who.id);
}

std::optional<fault> try_signal(supervisor_port& port, const participant& who, int signo) {
    const process_fsm* const fsm = port.model().find(who.id);
    // A launch under way has nobody yet who could take a signal.
    if (fsm == nullptr || !core::is_signallable(fsm->state()) || fsm->pid() == 0) {
        return fault(fault_code::not_running, who.label);
    }
    if (auto problem = port.send_signal(who.id, signo)) {
        return fault(fault_code::failed, std::move(*problem));
    }
    return std::nullopt;
}

/// Waits until everyone in the book has finished.
task<participants> wait_for_all(supervisor_port& port, ledger& book,
                                std::function<bool(process_id)> settled) {
    auto ids = book.unfinished();
    if (!ids.empty()) {
        auto waiting = port.settle(std::move(ids), std::move(settled));
        co_await std::move(waiting);
    }
    co_return std::move(book).in_answer_order();
}

}  // namespace

task<participants> start_processes(supervisor_port& port, participants all, bool wait) {
    ledger book(std::move(all));
    for (std::size_t i = 0; i < book.size(); ++i) {
        if (i > 0) co_await port.yield();
        const process_id id = book.at(i).id;
        if (port.model().find(id) == nullptr) continue;  // removed while others were looked up
        const auto problem = co_await port.check_command(id);
        if (problem) book.finish(id, command_fault(*problem));
    }
    // Nothing is awaited between the first start and settle(), so that no change is missed: a
    // program with startsecs=0 may be RUNNING only for a moment.
    for (const process_id id : book.unfinished()) request_start(port, book, book.of(id));
    std::function<bool(process_id)> settled = [&](process_id id) {
        return start_settled(port.model(), book, id, wait);
    };
    co_return co_await wait_for_all(port, book, std::move(settled));
}

bool can_be_stopped(const process_fsm& process) {
    return core::is_running(process.state()) || process.restarts_later();
}

task<participants> stop_processes(supervisor_port& port, participants all, bool wait) {
    ledger book(std::move(all));
    std::unordered_map<process_id, int> pids;
    for (std::size_t i = 0; i < book.size(); ++i) {
        if (i > 0) co_await port.yield();
        const process_id id = book.at(i).id;
        pids.emplace(id, pid_of(port.model(), id));
        request_stop(port, book, book.at(i), wait);
    }
    std::function<bool(process_id)> settled = [&](process_id id) {
        // Another pid: it stopped and somebody started it again while others were signalled.
        const int pid = pids.at(id);
        const bool replaced = pid != 0 && pid_of(port.model(), id) != pid;
        if (!replaced && !core::is_stopped(state_of(port.model(), id))) return false;
        book.finish(id);
        return true;
    };
    co_return co_await wait_for_all(port, book, std::move(settled));
}

task<participants> signal_processes(supervisor_port& port, participants all,
                                    std::optional<int> signo, std::string signal) {
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!signo) {
            all[i].failure = fault(fault_code::bad_signal, signal);
            continue;
        }
        if (i > 0) co_await port.yield();
        all[i].failure = try_signal(port, all[i], *signo);
    }
    co_return all;
}

}  // namespace ringmaster::rpc

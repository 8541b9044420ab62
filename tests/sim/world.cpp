#include "sim/world.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace ringmaster::sim {
namespace {

using namespace std::chrono_literals;
using core::process_state;

/// The transition table of docs/architecture.md's state picture; UNKNOWN may follow any signal.
bool is_legal(process_state from, process_state to) {
    switch (from) {
        case process_state::stopped:
        case process_state::exited:
        case process_state::fatal: return to == process_state::starting;
        case process_state::starting:
            return to == process_state::running || to == process_state::backoff ||
                   to == process_state::stopping || to == process_state::unknown;
        case process_state::running:
            return to == process_state::exited || to == process_state::stopping ||
                   to == process_state::unknown;
        case process_state::backoff:
            return to == process_state::starting || to == process_state::fatal ||
                   to == process_state::stopped;
        case process_state::stopping:
            return to == process_state::stopped || to == process_state::unknown;
        case process_state::unknown: return to == process_state::starting;
    }
    return false;
}

}  // namespace

world::world(const world_options& options) : random_(options.seed) {
    const int per_group = std::max(1, options.processes / options.groups);
    int number = 0;
    for (int g = 0; g < options.groups; ++g) {
        core::group_config group;
        group.name = fmt::format("group{}", g);
        group.priority = roll(5);
        for (int p = 0; p < per_group; ++p) group.processes.push_back(make_process(number++));
        supervisor_.add_group(std::move(group), now());
    }
    for (const auto& group : supervisor_.groups()) {
        ids_.insert(ids_.end(), group->members.begin(), group->members.end());
    }
    for (const auto id : ids_) states_[id] = process_state::stopped;
    supervisor_.begin(now());
    take_effects();
    check();
}

core::process_config world::make_process(int number) {
    core::process_config config;
    config.name = fmt::format("p{}", number);
    config.priority = roll(3);
    config.autostart = roll(4) != 0;
    config.autorestart = static_cast<core::autorestart_mode>(roll(3));
    config.startsecs = roll(4);
    config.startretries = roll(4);
    config.exitcodes = roll(2) == 0 ? std::vector<int>{0} : std::vector<int>{0, 1, 2};
    config.stopwaitsecs = roll(6);
    config.stopsignal = roll(10) == 0 ? 0 : 15;
    config.stopasgroup = roll(3) == 0;
    config.killasgroup = config.stopasgroup || roll(3) == 0;
    return config;
}

void world::schedule(std::chrono::milliseconds in, event_kind kind, process_id id, int pid,
                     int signal) {
    events_.push({time_ + in, ++order_, kind, id, pid, signal});
}

void world::step() {
    if (roll(5) == 0) {
        random_command();
    } else {
        const auto deadline = supervisor_.next_deadline();
        const bool event_first = !events_.empty() && (!deadline || events_.top().when <= *deadline);
        if (event_first) {
            const event next = events_.top();
            events_.pop();
            advance_to(next.when);
            happen(next);
        } else if (deadline) {
            advance_to(*deadline);
            supervisor_.wake(now());
        } else {
            random_command();
        }
    }
    take_effects();
    check();
}

void world::advance_to(core::time_point when) { time_ = std::max(time_, when); }

void world::happen(const event& what) {
    const auto id = what.process;
    if (what.kind == event_kind::launch_answer) {
        const auto launch = launching_.find(id);
        if (launch == launching_.end() || launch->second != what.pid) return;  // given up before
        launching_.erase(launch);
        if (roll(10) == 0) {
            supervisor_.launch_failed(id, "can't find command 'x'", now());
            return;
        }
        const int pid = ++last_pid_;
        if (!children_.emplace(id, pid).second) violated(fmt::format("two pids for {}", id));
        // Instant deaths, short lives and long ones.
        const auto life = roll(3) == 0 ? 0ms : std::chrono::milliseconds(roll(60'000));
        schedule(life, event_kind::death, id, pid, 0);
        supervisor_.launched(id, pid, now());
        return;
    }
    const auto child = children_.find(id);
    if (child == children_.end() || child->second != what.pid) return;  // killed before
    children_.erase(child);
    ++exits_;
    core::exit_status status;
    status.signal = what.signal;
    if (status.signal == 0) status.code = roll(4);
    supervisor_.exited(id, status, now());
}

void world::random_command() {
    const auto id = ids_[static_cast<std::size_t>(roll(static_cast<int>(ids_.size())))];
    switch (roll(4)) {
        case 0:
            stop_requested_.insert(id);
            supervisor_.stop(id, now());
            break;
        case 1: supervisor_.send(id, 1, now()); break;
        case 2: supervisor_.report_stopping(id, now()); break;
        default: supervisor_.start(id, now()); break;
    }
}

bool world::run_shutdown(int limit) {
    supervisor_.request(core::daemon_state::shutdown, now());
    take_effects();
    for (int i = 0; i < limit && !supervisor_.finished(); ++i) step();
    return supervisor_.finished();
}

// -- effects --------------------------------------------------------------------------------------

void world::take_effects() {
    auto& effects = supervisor_.effects();
    while (!effects.empty()) {
        const auto next = std::move(effects.front());
        effects.pop_front();
        std::visit([&](const auto& what) { take(next.process, what); }, next.what);
    }
}

void world::take(process_id id, const core::launch_effect&) {
    ++launches_;
    stop_requested_.erase(id);
    if (children_.contains(id)) violated(fmt::format("launch of {} while a child lives", id));
    const int number = static_cast<int>(launches_);
    if (!launching_.emplace(id, number).second) {
        violated(fmt::format("second launch of {} under way", id));
    }
    if (supervisor_.state() != core::daemon_state::running) {
        violated(fmt::format("launch of {} while stopping", id));
    }
    schedule(std::chrono::milliseconds(roll(50)), event_kind::launch_answer, id, number, 0);
}

void world::take(process_id id, const core::give_up_effect&) {
    if (launching_.erase(id) == 0) violated(fmt::format("{}: gives up no launch", id));
    ++given_up_;
}

void world::take(process_id id, const core::signal_effect& signal) {
    const auto child = children_.find(id);
    if (child == children_.end()) {
        supervisor_.signal_failed(id, 3, "[Errno 3] No such process", now());
        return;
    }
    check_stop_order(id);
    if (signal.signo == 9) {
        schedule(std::chrono::milliseconds(roll(20)), event_kind::death, id, child->second, 9);
    } else if (signal.signo == 15 && roll(4) != 0) {  // some ignore SIGTERM
        schedule(std::chrono::milliseconds(roll(3'000)), event_kind::death, id, child->second, 15);
    }
}

void world::take(process_id id, const core::state_effect& change) {
    auto& known = states_.at(id);
    if (known != change.from) violated(fmt::format("{}: change from a state it was not in", id));
    if (!is_legal(change.from, change.to)) {
        violated(fmt::format("{}: {} -> {}", id, state_name(change.from), state_name(change.to)));
    }
    known = change.to;
}

/// Shutdown stops the groups one after the other, the highest priority first.
void world::check_stop_order(process_id id) {
    if (supervisor_.state() == core::daemon_state::running) return;
    const int own = supervisor_.group_of(id)->config.priority;
    for (const auto& group : supervisor_.groups()) {
        if (group->config.priority <= own || group->alive == 0) continue;
        // What a client asked for is no part of the order.
        if (supervisor_.find(id)->state() != process_state::stopping) continue;
        if (stop_requested_.contains(id)) continue;
        violated(fmt::format("{} is stopped before {}", id, group->config.name));
    }
}

// -- invariants -----------------------------------------------------------------------------------

void world::check() {
    std::size_t alive = 0;
    bool any_deadline = false;
    for (const auto id : ids_) {
        const auto& fsm = *supervisor_.find(id);
        const auto state = fsm.state();
        const bool has_child = children_.contains(id);
        alive += is_stopped(state) ? 0 : 1;
        any_deadline = any_deadline || fsm.deadline().has_value();
        if (states_.at(id) != state) violated(fmt::format("{}: silent change of state", id));
        if ((fsm.pid() != 0) != has_child) violated(fmt::format("{}: wrong about its child", id));
        if (fsm.launching() != launching_.contains(id)) {
            violated(fmt::format("{}: wrong about its launch", id));
        }
        // A launch that was to be stopped has a deadline, too: it may hang.
        const bool to_be_stopped = fsm.launching() && fsm.deadline();
        const bool may_wait = state == process_state::backoff || to_be_stopped ||
                              (state == process_state::starting && has_child) ||
                              (state == process_state::stopping && has_child);
        if (fsm.deadline() && !may_wait) violated(fmt::format("{}: unjustified timer", id));
        const bool must_wait = may_wait && (state != process_state::backoff ||
                                            supervisor_.state() == core::daemon_state::running);
        if (must_wait && !fsm.deadline()) violated(fmt::format("{}: waits for nothing", id));
    }
    std::size_t counted = 0;
    for (const auto& group : supervisor_.groups()) counted += group->alive;
    if (counted != alive) violated("the count of living processes is wrong");
    if (any_deadline && !supervisor_.next_deadline()) violated("a deadline was forgotten");
}

void world::violated(std::string what) {
    if (violations_.size() < 20) violations_.push_back(std::move(what));
}

}  // namespace ringmaster::sim

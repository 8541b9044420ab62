#include "sim/world.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace ringmaster::sim {
namespace {

using namespace std::chrono_literals;
using core::process_state;

constexpr int sigterm = 15;
constexpr int sigkill = 9;
/// Processes that all are looked at after each step of a shutdown.
constexpr int most_to_look_at = 2'000;
/// Members of a group that one command is about, so that huge groups do not take all the time.
constexpr std::size_t most_commanded = 100;

/// The transition table of docs/architecture.md's state picture; UNKNOWN may follow any signal.
bool is_legal(process_state from, process_state to) {
    switch (from) {
        case process_state::stopped:
        case process_state::fatal: return to == process_state::starting;
        case process_state::exited:
            return to == process_state::starting || to == process_state::stopped;
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

world::world(const world_options& options)
    : random_(options.seed),
      start_concurrency_(static_cast<std::size_t>(options.start_concurrency)),
      stop_concurrency_(static_cast<std::size_t>(options.stop_concurrency)) {
    supervisor_.limit_starts(start_concurrency_);
    supervisor_.limit_stops(stop_concurrency_);
    const int per_group = std::max(1, options.processes / options.groups);
    for (int g = 0; g < options.groups; ++g) add_group(per_group);
    supervisor_.begin(now());
    take_effects();
    check_all();
}

// -- the configuration ----------------------------------------------------------------------------

void world::add_group(int processes) {
    core::group_config group;
    group.name = fmt::format("group{}", ++last_group_);
    group.priority = roll(5);
    for (int p = 0; p < processes; ++p) group.processes.push_back(make_process(++last_number_));
    const auto name = group.name;
    if (!supervisor_.add_group(std::move(group), now())) violated("a new group was refused");
    for (const auto id : supervisor_.find_group(name)->members) {
        if (actors_.contains(id)) violated(fmt::format("{} names a second process", id));
        actors_[id].place = ids_.size();
        ids_.push_back(id);
    }
    ++seen_.added;
}

void world::remove_some_group() {
    const auto& group = *supervisor_.group_of(any_process());
    const auto members = group.members;
    const auto name = group.config.name;
    const bool alive = std::ranges::any_of(members, [&](process_id id) {
        const auto& who = actors_.at(id);
        return !is_stopped(who.state) || who.pid != 0;
    });
    if (supervisor_.remove_group(name) == alive) violated(name + ": removed alive, or not at all");
    if (alive) return;
    for (const auto id : members) {
        const auto place = actors_.at(id).place;
        actors_.at(ids_.back()).place = place;
        ids_[place] = ids_.back();
        ids_.pop_back();
        actors_.erase(id);
    }
    ++seen_.removed;
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
    config.stopsignal = roll(10) == 0 ? 0 : sigterm;
    config.stopasgroup = roll(3) == 0;
    config.killasgroup = config.stopasgroup || roll(3) == 0;
    return config;
}

// -- what happens ---------------------------------------------------------------------------------

void world::schedule(std::chrono::milliseconds in, event_kind kind, process_id id,
                     std::uint64_t subject, int signal) {
    events_.push({time_ + in, ++order_, kind, id, subject, signal});
}

void world::step() {
    const auto deadline = supervisor_.next_deadline();
    const bool event_first = !events_.empty() && (!deadline || events_.top().when <= *deadline);
    if (roll(5) == 0 || (!event_first && !deadline)) {
        something_random();
    } else if (event_first) {
        const event next = events_.top();
        events_.pop();
        time_ = std::max(time_, next.when);
        happen(next);
    } else {
        time_ = std::max(time_, *deadline);
        supervisor_.wake(now());
    }
    take_effects();
    for (const auto id : touched_) check(id);
    touched_.clear();
    if (size() <= most_to_look_at) check_stops_at_once();
    if (++steps_ % (10 * ids_.size() + 1) == 0) check_all();
}

void world::happen(const event& what) {
    const auto found = actors_.find(what.process);
    if (found == actors_.end()) return;
    actor& who = found->second;
    touched_.push_back(what.process);
    if (what.kind == event_kind::launch_answer) {
        if (who.launch == what.subject) answer_launch(what.process, who);
        return;  // else it was given up before
    }
    if (static_cast<std::uint64_t>(who.pid) != what.subject) return;  // gone before
    if (what.signal == sigkill && who.deaf_to_kills > 0) {
        --who.deaf_to_kills;
        ++seen_.stuck;
        return;
    }
    who.pid = 0;
    ++seen_.exits;
    core::exit_status status;
    status.signal = what.signal;
    if (status.signal == 0) status.code = roll(4);
    supervisor_.exited(what.process, status, now());
}

void world::answer_launch(process_id id, actor& who) {
    who.launch = 0;
    if (roll(10) == 0) {
        ++seen_.failures;
        supervisor_.launch_failed(id, "can't find command 'x'", now());
        return;
    }
    who.pid = ++last_pid_;
    who.deaf_to_kills = roll(30) == 0 ? 1 + roll(3) : 0;
    // Instant deaths, short lives and long ones.
    const auto life = roll(3) == 0 ? 0ms : std::chrono::milliseconds(roll(60'000));
    schedule(life, event_kind::death, id, static_cast<std::uint64_t>(who.pid), 0);
    supervisor_.launched(id, who.pid, now());
}

void world::something_random() {
    // The machine sleeps for a while, or somebody sets its clock: only `wall` may go back.
    if (roll(500) == 0) time_ += std::chrono::minutes(roll(600));
    if (roll(50) == 0) wall_ += roll(2'000'000) - 1'000'000;
    if (roll(200) == 0 && supervisor_.state() == core::daemon_state::running) {
        add_group(1 + roll(20));
    } else if (roll(20) == 0 && size() > 1) {
        remove_some_group();
    } else if (roll(50) == 0) {
        command_group(any_process());
    } else {
        command_one(any_process());
    }
}

void world::command_one(process_id id) {
    touched_.push_back(id);
    switch (roll(5)) {
        case 0:
            actors_.at(id).stop_requested = true;
            supervisor_.stop(id, now());
            break;
        case 1: supervisor_.send(id, 1, now()); break;
        case 2: supervisor_.report_stopping(id, now()); break;
        case 3: supervisor_.start_in_turn(id, now()); break;
        default: supervisor_.start(id, now()); break;
    }
}

void world::command_group(process_id member) {
    const bool stop = roll(2) == 0;
    auto members = supervisor_.group_of(member)->members;
    if (members.size() > most_commanded) members.resize(most_commanded);
    for (const auto id : members) {
        touched_.push_back(id);
        if (stop) {
            actors_.at(id).stop_requested = true;
            supervisor_.stop(id, now());
        } else {
            supervisor_.start_in_turn(id, now());
        }
    }
}

bool world::run_shutdown(int limit) {
    supervisor_.request(core::daemon_state::restarting, now());
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
        if (next.process != core::no_process && !actors_.contains(next.process)) continue;
        touched_.push_back(next.process);
        std::visit([&](const auto& what) { take(next.process, what); }, next.what);
    }
}

void world::take(process_id id, const core::launch_effect&) {
    actor& who = actors_.at(id);
    ++seen_.launches;
    who.stop_requested = false;
    if (who.pid != 0) violated(fmt::format("launch of {} while a child lives", id));
    if (who.launch != 0) violated(fmt::format("second launch of {} under way", id));
    if (supervisor_.state() != core::daemon_state::running) {
        violated(fmt::format("launch of {} while stopping", id));
    }
    who.launch = seen_.launches;
    if (roll(100) == 0) {
        ++seen_.hung;  // until somebody stops it
        return;
    }
    schedule(std::chrono::milliseconds(roll(50)), event_kind::launch_answer, id, who.launch, 0);
}

void world::take(process_id id, const core::give_up_effect&) {
    if (actors_.at(id).launch == 0) violated(fmt::format("{}: gives up no launch", id));
    actors_.at(id).launch = 0;
    ++seen_.given_up;
}

void world::take(process_id id, const core::signal_effect& signal) {
    const actor& who = actors_.at(id);
    if (who.pid == 0) {
        supervisor_.signal_failed(id, signal, 3, "[Errno 3] No such process", now());
        return;
    }
    check_stop_order(id);
    if (roll(300) == 0) {
        ++seen_.refused;
        supervisor_.signal_failed(id, signal, 1, "[Errno 1] Operation not permitted", now());
        return;
    }
    const auto pid = static_cast<std::uint64_t>(who.pid);
    if (signal.signo == sigkill) {
        schedule(std::chrono::milliseconds(roll(20)), event_kind::death, id, pid, sigkill);
    } else if (signal.signo == sigterm && roll(4) != 0) {  // some ignore it
        schedule(std::chrono::milliseconds(roll(3'000)), event_kind::death, id, pid, sigterm);
    }
}

void world::take(process_id id, const core::state_effect& change) {
    auto& known = actors_.at(id).state;
    if (known != change.from) violated(fmt::format("{}: change from a state it was not in", id));
    if (!is_legal(change.from, change.to)) {
        violated(fmt::format("{}: {} -> {}", id, state_name(change.from), state_name(change.to)));
    }
    known = change.to;
}

/// Shutdown stops the groups of the highest priority first.
void world::check_stop_order(process_id id) {
    if (supervisor_.state() == core::daemon_state::running) return;
    // What a client asked for is no part of the order.
    if (actors_.at(id).stop_requested) return;
    if (supervisor_.find(id)->state() != process_state::stopping) return;
    const int own = supervisor_.group_of(id)->config.priority;
    for (const auto& group : supervisor_.groups()) {
        if (group->config.priority <= own || group->alive == 0) continue;
        violated(fmt::format("{} is stopped before {}", id, group->config.name));
    }
}

/// As many groups of the highest priority stop as may, and no more.
void world::check_stops_at_once() {
    if (supervisor_.state() == core::daemon_state::running || supervisor_.finished()) return;
    std::size_t in_turn = 0;
    std::size_t waiting = 0;  // of the same priority
    int priority = std::numeric_limits<int>::min();
    for (const auto& group : supervisor_.groups()) {
        if (group->alive == 0) continue;
        if (group->config.priority > priority) in_turn = waiting = 0;
        priority = std::max(priority, group->config.priority);
        if (group->config.priority == priority) ++(group->is_stopping ? in_turn : waiting);
    }
    const auto most = stop_concurrency_ == 0 ? in_turn + waiting : stop_concurrency_;
    if (in_turn != std::min(most, in_turn + waiting)) violated("too many or too few groups stop");
    for (const auto& group : supervisor_.groups()) {
        for (const auto id : group->members) check_has_turn(*group, id);
    }
}

/// Whoever's group has its turn does not go on, and nobody else is told to end.
void world::check_has_turn(const core::supervisor::group& of, process_id id) {
    const auto state = supervisor_.find(id)->state();
    const bool goes_on = state == process_state::running || state == process_state::backoff;
    if (of.is_stopping && goes_on) violated(fmt::format("{} is not told to end", id));
    const bool told = state == process_state::stopping && !actors_.at(id).stop_requested;
    if (!of.is_stopping && told) violated(fmt::format("{} stops before its turn", id));
}

// -- invariants -----------------------------------------------------------------------------------

void world::check(process_id id) {
    const auto found = actors_.find(id);
    if (found == actors_.end()) return;
    const actor& who = found->second;
    const auto& fsm = *supervisor_.find(id);
    const auto state = fsm.state();
    const bool waits = fsm.waits_for_turn();
    if (who.state != state) violated(fmt::format("{}: silent change of state", id));
    if (fsm.pid() != who.pid) violated(fmt::format("{}: wrong about its child", id));
    if (fsm.launching() != (who.launch != 0 || waits)) {
        violated(fmt::format("{}: wrong about its launch", id));
    }
    if (fsm.launching() && state != process_state::starting) {
        violated(fmt::format("{}: launched, but not STARTING", id));
    }
    if (waits && fsm.deadline()) violated(fmt::format("{}: a timer while it queues", id));
    const bool with_child = who.pid != 0;
    const bool may_wait = state == process_state::backoff || fsm.launching() ||
                          state == process_state::exited ||
                          (state == process_state::starting && with_child) ||
                          (state == process_state::stopping && with_child);
    if (fsm.deadline() && !may_wait) violated(fmt::format("{}: unjustified timer", id));
    const bool must_wait =
        may_wait && !fsm.launching() && state != process_state::exited &&
        (state != process_state::backoff || supervisor_.state() == core::daemon_state::running);
    if (must_wait && !fsm.deadline()) violated(fmt::format("{}: waits for nothing", id));
}

void world::check_all() {
    std::size_t alive = 0;
    std::size_t under_way = 0;
    bool any_deadline = false;
    bool any_waits = false;
    for (const auto id : ids_) {
        check(id);
        const auto& fsm = *supervisor_.find(id);
        alive += is_stopped(fsm.state()) ? 0 : 1;
        any_deadline = any_deadline || fsm.deadline().has_value();
        any_waits = any_waits || fsm.waits_for_turn();
        under_way += fsm.state() == process_state::starting && !fsm.waits_for_turn() ? 1 : 0;
    }
    std::size_t counted = 0;
    for (const auto& group : supervisor_.groups()) counted += group->alive;
    if (counted != alive) violated("the count of living processes is wrong");
    if (any_deadline && !supervisor_.next_deadline()) violated("a deadline was forgotten");
    if (any_waits && under_way < start_concurrency_) violated("somebody waits for no reason");
    if (any_waits && start_concurrency_ == 0) violated("somebody waits without a bound");
}

void world::violated(std::string what) {
    if (violations_.size() < 20) violations_.push_back(std::move(what));
}

}  // namespace ringmaster::sim

#include "core/supervisor.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ringmaster::core {
namespace {

constexpr std::chrono::seconds shutdown_report_interval{3};
/// Deadlines handled by one wake(): thousands that fall due together must not hold up the loop.
constexpr int wakes_per_turn = 256;

bool is_under_way(const process_fsm& fsm) {
    return fsm.state() == process_state::starting && !fsm.waits_for_turn();
}

}  // namespace

template <class Input>
void supervisor::apply(process_id id, const instant& now, Input&& input) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return;
    entry& target = found->second;
    const bool was_alive = !is_stopped(target.fsm.state());
    const bool was_under_way = is_under_way(target.fsm);
    process_fsm::context cx{now, state_ == daemon_state::running, effects_};
    input(target.fsm, cx);
    const bool is_alive = !is_stopped(target.fsm.state());
    if (is_alive && !was_alive) {
        ++target.of->alive;
        ++alive_;
    } else if (was_alive && !is_alive) {
        --alive_;
        if (--target.of->alive == 0 && std::exchange(target.of->is_stopping, false))
            --groups_stopping_;
    }
    if (was_under_way) --starting_;
    if (is_under_way(target.fsm)) ++starting_;
    if (target.fsm.waits_for_turn())
        turns_.join(id);
    else
        turns_.leave(id);
    rearm(target);
}

template <class Input>
void supervisor::step(process_id id, const instant& now, Input&& input) {
    apply(id, now, input);
    if (state_ == daemon_state::running)
        give_turns(now);
    else
        stop_next_groups(now);
}

void supervisor::give_turns(const instant& now) {
    while (const auto id = turns_.next(starting_)) {
        apply(*id, now, [](process_fsm& fsm, auto& cx) { fsm.turn_has_come(cx); });
    }
}

void supervisor::rearm(entry& of) {
    const auto due = of.fsm.deadline();
    if (due == of.armed) return;
    if (of.armed) deadlines_.erase({*of.armed, of.fsm.id()});
    if (due) deadlines_.emplace(*due, of.fsm.id());
    of.armed = due;
}

// -- configuration --------------------------------------------------------------------------------

bool supervisor::add_group(std::shared_ptr<const group_config> config, const instant& now) {
    if (by_name_.contains(config->name)) return false;
    auto added = std::make_unique<group>(std::move(config));
    for (const process_config& process : added->config.processes) {
        const process_id id = ++last_id_;
        entries_.try_emplace(id, id, process, *added);
        const auto [place, is_new] = added->index.try_emplace(process.name, added->members.size());
        if (is_new) {
            added->members.push_back(id);
        } else {
            // Of two processes with one name the later takes the earlier's place.
            entries_.erase(std::exchange(added->members[place->second], id));
        }
    }
    added->by_name = added->members;
    std::ranges::sort(added->by_name, {}, [this](process_id id) -> const std::string& {
        return entries_.at(id).fsm.config().name;
    });
    const group& active = *added;
    by_name_.emplace(active.config.name, added.get());
    groups_.push_back(std::move(added));
    effects_.push_back({no_process, group_effect{active.config.name, true}});
    if (begun_) autostart(active, now);
    return true;
}

bool supervisor::remove_group(std::string_view name) {
    const auto found = by_name_.find(name);
    if (found == by_name_.end() || found->second->alive != 0) return false;
    group* const gone = found->second;
    // UNKNOWN counts as stopped, but while its child lives the id must stay known.
    const bool has_child = std::ranges::any_of(
        gone->members, [&](process_id id) { return entries_.at(id).fsm.pid() != 0; });
    if (has_child) return false;
    for (const process_id id : gone->members) {
        if (const auto& armed = entries_.at(id).armed) deadlines_.erase({*armed, id});
        entries_.erase(id);
    }
    std::erase(to_stop_, gone);
    effects_.push_back({no_process, group_effect{gone->config.name, false}});
    by_name_.erase(found);
    std::erase_if(groups_, [&](const auto& each) { return each.get() == gone; });
    return true;
}

void supervisor::begin(const instant& now) {
    begun_ = true;
    effects_.push_back({no_process, daemon_effect{false}});
    for (const auto& each : groups_) autostart(*each, now);
}

void supervisor::autostart(const group& of, const instant& now) {
    if (state_ != daemon_state::running) return;
    for (const process_id id : of.members) {
        if (entries_.at(id).fsm.config().autostart) start_in_turn(id, now);
    }
}

// -- requests -------------------------------------------------------------------------------------

void supervisor::start(process_id id, const instant& now) {
    if (state_ != daemon_state::running) return;
    step(id, now, [](process_fsm& fsm, auto& cx) { fsm.start(cx); });
}

void supervisor::start_in_turn(process_id id, const instant& now) {
    if (state_ != daemon_state::running) return;
    step(id, now, [](process_fsm& fsm, auto& cx) { fsm.start_in_turn(cx); });
}

void supervisor::stop(process_id id, const instant& now) {
    step(id, now, [](process_fsm& fsm, auto& cx) { fsm.stop(cx); });
}

void supervisor::send(process_id id, int signo, const instant& now) {
    step(id, now, [signo](process_fsm& fsm, auto& cx) { fsm.send(cx, signo); });
}

void supervisor::report_stopping(process_id id, const instant& now) {
    step(id, now, [](process_fsm& fsm, auto& cx) { fsm.report_stopping(cx); });
}

void supervisor::request(daemon_state target, const instant& now) {
    if (target >= state_) return;
    const bool first = state_ == daemon_state::running;
    state_ = target;
    if (!first) return;
    effects_.push_back({no_process, daemon_effect{true}});
    while (const auto id = turns_.next(0)) {
        apply(*id, now, [](process_fsm& fsm, auto& cx) {
            fsm.launch_undone(cx, "not started: the daemon is stopping");
        });
    }
    for (const auto& each : groups_) to_stop_.push_back(each.get());
    std::ranges::stable_sort(to_stop_, {}, [](const group* each) { return each->config.priority; });
    stop_next_groups(now);
    report_shutdown(now);
}

// -- what happened --------------------------------------------------------------------------------

void supervisor::launched(process_id id, int pid, const instant& now) {
    step(id, now, [pid](process_fsm& fsm, auto& cx) { fsm.launched(cx, pid); });
}

void supervisor::launch_failed(process_id id, std::string why, const instant& now) {
    step(id, now, [&why](process_fsm& fsm, auto& cx) { fsm.launch_failed(cx, std::move(why)); });
}

void supervisor::launch_undone(process_id id, std::string why, const instant& now) {
    step(id, now, [&why](process_fsm& fsm, auto& cx) { fsm.launch_undone(cx, std::move(why)); });
}

void supervisor::signal_failed(process_id id, const signal_effect& sent, int number,
                               const std::string& details, const instant& now) {
    step(id, now,
         [&](process_fsm& fsm, auto& cx) { fsm.signal_failed(cx, sent, number, details); });
}

void supervisor::exited(process_id id, const exit_status& status, const instant& now) {
    step(id, now, [&status](process_fsm& fsm, auto& cx) { fsm.exited(cx, status); });
}

void supervisor::wake(const instant& now) {
    for (int handled = 0; handled < wakes_per_turn; ++handled) {
        if (deadlines_.empty() || deadlines_.begin()->first > now.mono) break;
        const process_id id = deadlines_.begin()->second;
        step(id, now, [](process_fsm& fsm, auto& cx) { fsm.wake(cx); });
    }
    if (report_at_ && *report_at_ <= now.mono) report_shutdown(now);
}

// -- stopping everything --------------------------------------------------------------------------

void supervisor::stop_next_groups(const instant& now) {
    while (!to_stop_.empty() && may_stop(*to_stop_.back())) {
        group& next = *to_stop_.back();
        to_stop_.pop_back();
        stop_priority_ = next.config.priority;
        next.is_stopping = next.alive != 0;
        if (next.is_stopping) ++groups_stopping_;
        auto members = in_priority_order(next);
        std::ranges::reverse(members);
        for (const process_id id : members) {
            apply(id, now, [](process_fsm& fsm, auto& cx) { fsm.shut_down(cx); });
        }
    }
    if (alive_ == 0) report_at_.reset();
}

/// Groups of another priority wait for all that are under way.
bool supervisor::may_stop(const group& next) const {
    if (groups_stopping_ == 0) return true;
    const bool has_room = stops_at_once_ == 0 || groups_stopping_ < stops_at_once_;
    return has_room && next.config.priority == stop_priority_;
}

void supervisor::report_shutdown(const instant& now) {
    report_at_.reset();
    if (alive_ == 0) return;
    std::vector<std::string_view> names;
    for (const auto& each : groups_) {
        for (const process_id id : each->members) {
            const process_fsm& fsm = entries_.at(id).fsm;
            if (!is_stopped(fsm.state())) names.push_back(fsm.config().name);
        }
    }
    log(log_level::info, fmt::format("waiting for {} to die", fmt::join(names, ", ")));
    for (const auto& each : groups_) {
        for (const process_id id : each->members) {
            const process_fsm& fsm = entries_.at(id).fsm;
            if (is_stopped(fsm.state())) continue;
            log(log_level::blather,
                fmt::format("{} state: {}", fsm.config().name, state_name(fsm.state())));
        }
    }
    report_at_ = now.mono + shutdown_report_interval;
}

void supervisor::log(log_level level, std::string text) {
    effects_.push_back({no_process, log_effect{level, std::move(text)}});
}

// -- reading --------------------------------------------------------------------------------------

std::optional<time_point> supervisor::next_deadline() const {
    std::optional<time_point> first = report_at_;
    if (!deadlines_.empty() && (!first || deadlines_.begin()->first < *first)) {
        first = deadlines_.begin()->first;
    }
    return first;
}

const process_fsm* supervisor::find(process_id id) const {
    const auto found = entries_.find(id);
    return found == entries_.end() ? nullptr : &found->second.fsm;
}

const supervisor::group* supervisor::find_group(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second;
}

const supervisor::group* supervisor::group_of(process_id id) const {
    const auto found = entries_.find(id);
    return found == entries_.end() ? nullptr : found->second.of;
}

process_id supervisor::find_process(std::string_view group_name, std::string_view name) const {
    const group* const in = find_group(group_name);
    if (in == nullptr) return no_process;
    const auto found = in->index.find(name);
    return found == in->index.end() ? no_process : in->members[found->second];
}

std::vector<process_id> supervisor::in_priority_order(const group& of) const {
    auto ids = of.members;
    std::ranges::stable_sort(ids, {},
                             [&](process_id id) { return entries_.at(id).fsm.config().priority; });
    return ids;
}

std::vector<process_id> supervisor::in_priority_order() const {
    std::vector<const group*> sorted;
    for (const auto& each : groups_) sorted.push_back(each.get());
    std::ranges::stable_sort(sorted, {}, [](const group* each) { return each->config.priority; });
    std::vector<process_id> ids;
    ids.reserve(entries_.size());
    for (const group* each : sorted) {
        const auto members = in_priority_order(*each);
        ids.insert(ids.end(), members.begin(), members.end());
    }
    return ids;
}

std::vector<process_id> supervisor::in_name_order() const {
    std::vector<process_id> ids;
    ids.reserve(entries_.size());
    for (const auto& [name, each] : by_name_) {
        ids.insert(ids.end(), each->by_name.begin(), each->by_name.end());
    }
    return ids;
}

process_info supervisor::info(process_id id, std::int64_t wall_now) const {
    process_info info;
    const auto found = entries_.find(id);
    if (found == entries_.end()) return info;
    const process_fsm& fsm = found->second.fsm;
    const process_config& config = fsm.config();
    info.name = config.name;
    info.group = found->second.of->config.name;
    info.start = fsm.start_time();
    info.stop = fsm.stop_time();
    info.now = wall_now;
    info.state = fsm.state();
    info.spawnerr = fsm.spawnerr();
    info.exitstatus = fsm.exit_code();
    info.pid = fsm.pid();
    if (config.stdout_log.kind != channel_config::target::none) {
        info.stdout_logfile = config.stdout_log.path;
    }
    if (config.stderr_log.kind != channel_config::target::none) {
        info.stderr_logfile = config.stderr_log.path;
    }
    return info;
}

}  // namespace ringmaster::core

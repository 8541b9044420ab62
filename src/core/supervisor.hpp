// The fleet as data and decisions: groups, processes, start and stop order, the daemon's state.
//
// Owned by the driver (io/fleet), which feeds it requests, launch results, exits and the passing of
// time, and carries out the effects. Pure: no system call, no clock. Every input costs O(what it
// changes), never O(number of processes), except the operations that are about all of them.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/config.hpp"
#include "core/effect.hpp"
#include "core/instant.hpp"
#include "core/process_fsm.hpp"
#include "core/start_turns.hpp"

namespace ringmaster::core {

class supervisor {
public:
    struct group {
        explicit group(std::shared_ptr<const group_config> from)
            : source(std::move(from)), config(*source) {}
        const std::shared_ptr<const group_config> source;
        const group_config& config;       ///< AUTO log paths are filled in
        std::vector<process_id> members;  ///< in the group's order
        std::vector<process_id> by_name;  ///< the same, sorted by process name
        std::size_t alive = 0;            ///< members that are not in a "stopped" state
        bool is_stopping = false;         ///< shutdown: its stop requests are out, and some live
        /// Position in `members` by process name; the names live in `config`.
        std::unordered_map<std::string_view, std::size_t> index;
    };

    supervisor() = default;
    supervisor(const supervisor&) = delete;
    supervisor& operator=(const supervisor&) = delete;

    /// How many processes may be between their launch and RUNNING before those that start_in_turn()
    /// wait; 0: any number. To be called before anything starts.
    void limit_starts(std::size_t at_once) { turns_.limit(at_once); }
    /// How many groups of equal priority a shutdown stops at once; 0: all of them. 1, as Supervisor
    /// does it, if never called. To be called before request().
    void limit_stops(std::size_t at_once) { stops_at_once_ = at_once; }

    // -- configuration ------------------------------------------------------------------------

    /// Activates a group at the end of the activation order; after begin() its autostart members
    /// start at once. False if a group of that name is active.
    bool add_group(std::shared_ptr<const group_config> config, const instant& now);
    bool add_group(group_config config, const instant& now) {
        return add_group(std::make_shared<const group_config>(std::move(config)), now);
    }
    /// False if there is no such group or a member is not in a "stopped" state.
    bool remove_group(std::string_view name);
    /// Autostarts: groups in activation order, members in group order.
    void begin(const instant& now);

    // -- requests; unknown ids are ignored ----------------------------------------------------

    /// At once, whatever the bound: what somebody asks for by name does not queue up.
    void start(process_id id, const instant& now);
    /// For many at once, in this order; waits, STARTING without a child, while too many start.
    void start_in_turn(process_id id, const instant& now);
    void stop(process_id id, const instant& now);
    void send(process_id id, int signo, const instant& now);
    void report_stopping(process_id id, const instant& now);
    /// Begins to stop everything, the highest priority group first, as many of equal priority at
    /// once as limit_stops() allows.
    /// A later call may turn restarting into shutdown, never back.
    void request(daemon_state target, const instant& now);

    // -- what happened ------------------------------------------------------------------------

    void launched(process_id id, int pid, const instant& now);
    void launch_failed(process_id id, std::string why, const instant& now);
    void launch_undone(process_id id, std::string why, const instant& now);
    void signal_failed(process_id id, const signal_effect& sent, int number,
                       const std::string& details, const instant& now);
    void exited(process_id id, const exit_status& status, const instant& now);
    /// Handles every deadline that has passed.
    void wake(const instant& now);

    // -- answers ------------------------------------------------------------------------------

    /// What is to be carried out, in order. The driver empties it.
    effect_queue& effects() { return effects_; }
    std::optional<time_point> next_deadline() const;
    daemon_state state() const { return state_; }
    /// The daemon is stopping and every process is in a "stopped" state.
    bool finished() const { return state_ != daemon_state::running && alive_ == 0; }

    // -- reading ------------------------------------------------------------------------------

    const process_fsm* find(process_id id) const;
    const group* find_group(std::string_view name) const;
    /// The group that a process belongs to; null for an unknown id.
    const group* group_of(process_id id) const;
    /// no_process if there is none.
    process_id find_process(std::string_view group, std::string_view name) const;
    /// Groups in activation order.
    const std::vector<std::unique_ptr<group>>& groups() const { return groups_; }
    /// Everything in bulk-operation order: ascending group priority, then process priority; ties
    /// keep activation order and group order.
    std::vector<process_id> in_priority_order() const;
    std::vector<process_id> in_priority_order(const group& of) const;
    /// Everything sorted by group name, then process name: getAllProcessInfo's order.
    std::vector<process_id> in_name_order() const;
    process_info info(process_id id, std::int64_t wall_now) const;
    std::size_t size() const { return entries_.size(); }

private:
    struct entry {
        entry(process_id id, const process_config& config, group& in) : fsm(id, config), of(&in) {}
        process_fsm fsm;
        group* of;
        std::optional<time_point> armed;
    };

    /// Feeds one input to one machine and keeps counts and deadlines in step with it.
    template <class Input>
    void apply(process_id id, const instant& now, Input&& input);
    /// apply(), then lets a shutdown go on.
    template <class Input>
    void step(process_id id, const instant& now, Input&& input);
    void rearm(entry& of);
    void autostart(const group& of, const instant& now);
    void give_turns(const instant& now);
    void stop_next_groups(const instant& now);
    bool may_stop(const group& next) const;
    void report_shutdown(const instant& now);
    void log(log_level level, std::string text);

    effect_queue effects_;
    daemon_state state_ = daemon_state::running;
    bool begun_ = false;
    process_id last_id_ = no_process;
    std::size_t alive_ = 0;
    std::size_t starting_ = 0;  ///< in STARTING and not waiting for their turn
    start_turns turns_;
    std::vector<std::unique_ptr<group>> groups_;
    std::map<std::string, group*, std::less<>> by_name_;
    std::unordered_map<process_id, entry> entries_;
    std::set<std::pair<time_point, process_id>> deadlines_;
    std::size_t stops_at_once_ = 1;
    std::vector<group*> to_stop_;      ///< shutdown: still to be stopped, the next one at the back
    std::size_t groups_stopping_ = 0;  ///< have is_stopping
    int stop_priority_ = 0;            ///< of these
    std::optional<time_point> report_at_;
};

}  // namespace ringmaster::core

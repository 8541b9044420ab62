// A simulated machine for core::supervisor: virtual time, children with temperaments, failures.
//
// Deterministic: one seed gives one run. It plays the driver's part (takes the effects, answers
// them later) and checks what must always be true: after every step for the processes that took
// part in it, and now and then for all. A violation is a text in `violations`, so that a test can
// print it together with the seed.
#pragma once

#include <cstdint>
#include <queue>
#include <random>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "core/supervisor.hpp"

namespace ringmaster::sim {

using core::process_id;

struct world_options {
    std::uint64_t seed = 1;
    int groups = 50;
    int processes = 1000;
    int start_concurrency = 0;
    int stop_concurrency = 1;
};

class world {
public:
    explicit world(const world_options& options);

    /// Lets the next thing happen: an event that is due, a deadline, or something at random.
    void step();
    /// Stops the daemon and runs until it has finished or `limit` steps have passed.
    bool run_shutdown(int limit);
    /// Checks every process; step() does it only now and then.
    void check_all();

    const core::supervisor& supervisor() const { return supervisor_; }
    const std::vector<std::string>& violations() const { return violations_; }

    /// How often what happened, to see that a run was a hard one.
    struct counters {
        std::uint64_t launches, failures, hung, given_up, exits, stuck, refused, added, removed;
        bool operator==(const counters&) const = default;
    };
    const counters& seen() const { return seen_; }

private:
    enum class event_kind : std::uint8_t { launch_answer, death };
    struct event {
        core::time_point when;
        std::uint64_t order;
        event_kind kind;
        process_id process;
        std::uint64_t subject;  ///< the number of the launch, or the pid
        int signal;
        bool operator>(const event& other) const {
            return std::tie(when, order) > std::tie(other.when, other.order);
        }
    };
    /// What the world knows of a process, to be compared with what the supervisor thinks.
    struct actor {
        core::process_state state = core::process_state::stopped;
        std::uint64_t launch = 0;  ///< under way; 0: none
        int pid = 0;
        int deaf_to_kills = 0;        ///< SIGKILLs that do nothing yet: uninterruptible sleep
        bool stop_requested = false;  ///< by a client since the last launch
        std::size_t place = 0;        ///< in ids_
    };

    int roll(int sides) { return static_cast<int>(random_() % static_cast<std::uint64_t>(sides)); }
    process_id any_process() { return ids_[static_cast<std::size_t>(roll(size()))]; }
    int size() const { return static_cast<int>(ids_.size()); }
    core::instant now() const { return {time_, wall_}; }

    void add_group(int processes);
    void remove_some_group();
    core::process_config make_process(int number);
    void schedule(std::chrono::milliseconds in, event_kind kind, process_id id,
                  std::uint64_t subject, int signal);
    void happen(const event& what);
    void answer_launch(process_id id, actor& who);
    void something_random();
    void command_one(process_id id);
    void command_group(process_id member);

    void take_effects();
    void take(process_id id, const core::launch_effect&);
    void take(process_id id, const core::give_up_effect&);
    void take(process_id id, const core::signal_effect& signal);
    void take(process_id id, const core::state_effect& change);
    void take(process_id, const core::group_effect&) {}
    void take(process_id, const core::daemon_effect&) {}
    void take(process_id, const core::gone_effect&) {}
    void take(process_id, const core::log_effect&) {}

    void check(process_id id);
    void check_stop_order(process_id id);
    void check_stops_at_once();
    void check_has_turn(const core::supervisor::group& of, process_id id);
    void violated(std::string what);

    std::mt19937_64 random_;
    core::supervisor supervisor_;
    core::time_point time_{std::chrono::hours(1)};
    std::int64_t wall_ = 1'700'000'000;
    std::priority_queue<event, std::vector<event>, std::greater<>> events_;
    std::uint64_t order_ = 0;
    std::uint64_t steps_ = 0;
    std::size_t start_concurrency_;
    std::size_t stop_concurrency_;
    int last_pid_ = 100;
    int last_number_ = 0;
    int last_group_ = 0;
    std::unordered_map<process_id, actor> actors_;
    std::vector<process_id> ids_;
    std::vector<process_id> touched_;  ///< in this step
    counters seen_{};
    std::vector<std::string> violations_;
};

}  // namespace ringmaster::sim

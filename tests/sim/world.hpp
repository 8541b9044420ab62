// A simulated machine for core::supervisor: virtual time, children with temperaments, failures.
//
// Deterministic: one seed gives one run. It plays the driver's part (takes the effects, answers
// them later) and checks after every step what must always be true; a violation is a text in
// `violations`, so that a test can print it together with the seed.
#pragma once

#include <cstdint>
#include <map>
#include <queue>
#include <random>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/supervisor.hpp"

namespace ringmaster::sim {

using core::process_id;

struct world_options {
    std::uint64_t seed = 1;
    int groups = 50;
    int processes = 1000;
};

class world {
public:
    explicit world(const world_options& options);

    /// Lets the next thing happen: an event that is due, a deadline, or a random command.
    void step();
    /// Stops the daemon and runs until it has finished or `limit` steps have passed.
    bool run_shutdown(int limit);

    const core::supervisor& supervisor() const { return supervisor_; }
    const std::vector<std::string>& violations() const { return violations_; }
    std::uint64_t launches() const { return launches_; }
    std::uint64_t exits() const { return exits_; }
    bool anything_alive() const { return !children_.empty() || !launching_.empty(); }

private:
    enum class event_kind : std::uint8_t { launch_answer, death };
    struct event {
        core::time_point when;
        std::uint64_t order;
        event_kind kind;
        process_id process;
        int pid;  ///< of a launch: its number
        int signal;
        bool operator>(const event& other) const {
            return std::tie(when, order) > std::tie(other.when, other.order);
        }
    };

    int roll(int sides) { return static_cast<int>(random_() % static_cast<std::uint64_t>(sides)); }
    core::process_config make_process(int number);
    core::instant now() const { return {time_, 1'700'000'000}; }
    void schedule(std::chrono::milliseconds in, event_kind kind, process_id id, int pid, int signal);
    void advance_to(core::time_point when);
    void happen(const event& what);
    void random_command();
    void take_effects();
    void take(process_id id, const core::launch_effect&);
    void take(process_id id, const core::give_up_effect&);
    void take(process_id id, const core::signal_effect& signal);
    void take(process_id id, const core::state_effect& change);
    void take(process_id, const core::log_effect&) {}
    void take(process_id, const core::group_effect&) {}
    void take(process_id, const core::daemon_effect&) {}
    void take(process_id, const core::gone_effect&) {}
    void check();
    void check_stop_order(process_id id);
    void violated(std::string what);

    std::mt19937_64 random_;
    core::supervisor supervisor_;
    core::time_point time_{std::chrono::hours(1)};
    std::priority_queue<event, std::vector<event>, std::greater<>> events_;
    std::uint64_t order_ = 0;
    int last_pid_ = 100;
    std::map<process_id, int> children_;   ///< living pids
    std::map<process_id, int> launching_;  ///< the number of the launch that was not answered yet
    std::set<process_id> stop_requested_;  ///< a client asked to stop it since its last launch
    std::unordered_map<process_id, core::process_state> states_;
    std::vector<process_id> ids_;
    std::uint64_t launches_ = 0;
    std::uint64_t exits_ = 0;
    std::uint64_t given_up_ = 0;
    std::vector<std::string> violations_;
};

}  // namespace ringmaster::sim

// One supervised process, written down a second time from the description of Supervisor's rules.
//
// As slow and as literal as the description: it is polled, keeps absolute times, and makes its
// child on the spot. It shares nothing with core/process_fsm but the types of configuration and
// states, so that an error in one is no error in the other. It writes what it does into a journal.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/config.hpp"
#include "core/process_info.hpp"

namespace ringmaster::sim {

class reference_process {
public:
    using state = core::process_state;
    /// What becomes of the next attempt to make a child, and of the next signal.
    struct fate {
        std::optional<std::string> spawn_error;
        int pid = 0;
        bool kill_refused = false;
    };

    reference_process(const core::process_config& config, std::vector<std::string>& journal)
        : config_(config), journal_(journal) {}

    fate next;
    bool supervisor_runs = true;

    // -- lifecycle.md 4: spawning
    void spawn(double now) {
        if (pid != 0) {
            log("WARN", fmt::format("process '{}' already running", config_.name));
            return;
        }
        killing_ = false;
        spawnerr.clear();
        exitstatus = 0;
        laststart_ = now;
        become(state::starting);
        if (next.spawn_error) {
            spawnerr = *next.spawn_error;
            log("INFO", "spawnerr: " + spawnerr);
            fail(now);
            return;
        }
        pid = next.pid;
        delay_ = now + config_.startsecs;
        log("INFO", fmt::format("spawned: '{}' with pid {}", config_.name, pid));
    }

    // -- lifecycle.md 3: what polling does, also right after everything else
    void transition(double now) {
        if (supervisor_runs) {
            if (current == state::exited && restarts() && now - laststart_ >= turn_of_loop) {
                spawn(now);
            } else if (current == state::backoff && backoff <= config_.startretries &&
                       now > delay_) {
                spawn(now);
            }
        }
        if (current == state::starting &&
            (config_.startsecs <= 0 || now - laststart_ > config_.startsecs)) {
            delay_ = 0;
            backoff = 0;
            become(state::running);
            log("INFO", fmt::format("success: {} entered RUNNING state, process has stayed up for "
                                    "> than {} seconds (startsecs)",
                                    config_.name, config_.startsecs));
        }
        if (current == state::backoff && backoff > config_.startretries) {
            delay_ = 0;
            backoff = 0;
            become(state::fatal);
            log("INFO", fmt::format("gave up: {} entered FATAL state, too many start retries too "
                                    "quickly",
                                    config_.name));
        }
        if (current == state::stopping && now >= delay_) {
            log("WARN", fmt::format("killing '{}' ({}) with SIGKILL", config_.name, pid));
            kill(now, 9, "SIGKILL");
        }
    }

    // -- lifecycle.md 5: stopping
    void stop(double now) {
        if (current == state::backoff) {
            log("DEBG",
                fmt::format("Attempted to kill {}, which is in BACKOFF state.", config_.name));
            become(state::stopped);
        } else if (current == state::exited && restarts() && supervisor_runs) {
            become(state::stopped);  // Supervisor: NOT_RUNNING, and it comes back
        } else if (current == state::starting || current == state::running) {
            kill(now, 15, "SIGTERM");
        }
    }

    // -- lifecycle.md 9: the shutdown reaches the group
    void shut_down(double now) {
        if (current == state::backoff) {
            delay_ = 0;
            backoff = 0;
            become(state::fatal);
        } else {
            stop(now);
        }
    }

    // -- lifecycle.md 6: reaping. A negative code is a signal.
    void reap(double now, int code) {
        const bool too_quickly = now - laststart_ < config_.startsecs;
        const int numeric = code < 0 ? -1 : code;
        const bool expected =
            std::ranges::find(config_.exitcodes, numeric) != config_.exitcodes.end();
        const auto how =
            code < 0 ? std::string("terminated by SIGSEGV") : fmt::format("exit status {}", code);
        if (current == state::unknown) {
            pid = 0;  // Supervisor fails an assertion here
            return;
        }
        if (killing_) {
            killing_ = false;
            exitstatus = numeric;
            become(state::stopped);
            log(expected ? "INFO" : "WARN", fmt::format("stopped: {} ({})", config_.name, how));
        } else if (too_quickly) {
            spawnerr = "Exited too quickly (process log may have details)";
            exitstatus = 0;
            fail(now);
            log("WARN", fmt::format("exited: {} ({}; not expected)", config_.name, how));
        } else {
            backoff = 0;
            exitstatus = numeric;
            expected_ = expected;
            if (!expected) spawnerr = fmt::format("Bad exit code {}", numeric);
            if (current == state::starting) become(state::running);
            become(state::exited);
            log(expected ? "INFO" : "WARN", fmt::format("exited: {} ({}; {}expected)", config_.name,
                                                        how, expected ? "" : "not "));
        }
        pid = 0;
    }

    state current = state::stopped;
    int pid = 0;
    int backoff = 0;
    int exitstatus = 0;
    std::string spawnerr;

private:
    /// lifecycle.md 2: the loop turns once a second, and restarts are one of its steps.
    static constexpr double turn_of_loop = 1;

    // -- lifecycle.md 7, for a process in EXITED
    bool restarts() const {
        return config_.autorestart == core::autorestart_mode::always ||
               (config_.autorestart == core::autorestart_mode::unexpected && !expected_);
    }

    void fail(double now) {
        ++backoff;
        delay_ = now + backoff;
        become(state::backoff);
    }

    void kill(double now, int number, const char* name) {
        const bool group = current == state::stopping ? config_.killasgroup : config_.stopasgroup;
        log("DEBG", fmt::format("killing {} (pid {}) {}with signal {}", config_.name, pid,
                                group ? "process group " : "", name));
        killing_ = true;
        delay_ = now + config_.stopwaitsecs;
        become(state::stopping);
        journal_.push_back(fmt::format("signal {}{}", number, group ? " to group" : ""));
        if (!next.kill_refused) return;
        log("CRIT", fmt::format("unknown problem killing {} ({}):refused", config_.name, pid));
        killing_ = false;
        delay_ = 0;
        become(state::unknown);
    }

    void become(state to) {
        if (current == to) return;
        current = to;
        journal_.push_back(fmt::format("{} tries:{} pid:{}", core::state_name(to), backoff, pid));
    }
    void log(std::string_view level, const std::string& text) {
        journal_.push_back(fmt::format("{} {}", level, text));
    }

    const core::process_config& config_;
    std::vector<std::string>& journal_;
    bool killing_ = false;
    bool expected_ = false;
    double laststart_ = 0;
    double delay_ = 0;
};

}  // namespace ringmaster::sim

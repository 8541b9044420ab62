#include "core/process_fsm.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/signals.hpp"

namespace ringmaster::core {
namespace {

using std::chrono::seconds;

constexpr int sigkill = 9;
constexpr int esrch = 3;
constexpr seconds report_interval{2};
/// From one launch to the next that follows by itself. Supervisor's loop, which turns about once a
/// second, has the same effect, and programs with startsecs=0 that end at once are used with it.
constexpr seconds shortest_cycle{1};
/// A repeated SIGKILL is pointless more often than this, also with stopwaitsecs=0.
constexpr seconds shortest_escalation{1};

}  // namespace

std::string describe(const exit_status& status) {
    if (status.signal == 0) return fmt::format("exit status {}", status.code);
    return fmt::format("terminated by {}{}", signal_name(status.signal),
                       status.core_dumped ? " (core dumped)" : "");
}

// -- requests -------------------------------------------------------------------------------------

void process_fsm::start(context& cx) {
    if (prepare_start(cx)) cx.out.push_back({id_, launch_effect{}});
}

void process_fsm::start_in_turn(context& cx) {
    if (prepare_start(cx)) waits_for_turn_ = true;
}

void process_fsm::turn_has_come(context& cx) {
    if (std::exchange(waits_for_turn_, false)) cx.out.push_back({id_, launch_effect{}});
}

bool process_fsm::prepare_start(context& cx) {
    if (pid_ != 0 || launching_) {
        log(cx, log_level::warn, fmt::format("process '{}' already running", config_->name));
        return false;
    }
    killing_ = false;
    stop_wanted_ = false;
    spawnerr_.clear();
    exit_code_ = 0;
    start_wall_ = cx.now.wall;
    deadline_ = time_point::max();
    launching_ = true;
    change(cx, process_state::starting);
    return true;
}

void process_fsm::stop(context& cx) {
    if (state_ == process_state::backoff) {
        log(cx, log_level::debug,
            fmt::format("Attempted to kill {}, which is in BACKOFF state.", config_->name));
        deadline_ = time_point::max();
        change(cx, process_state::stopped);
    } else if (restarts_later()) {
        deadline_ = time_point::max();
        change(cx, process_state::stopped);
    } else if (waits_for_turn_) {
        launch_undone(cx, "not started: stopped before its turn");
    } else if (launching_) {
        if (std::exchange(stop_wanted_, true)) return;
        deadline_ = cx.now.mono + seconds(config_->stopwaitsecs);
    } else if (state_ == process_state::starting || state_ == process_state::running) {
        kill(cx, config_->stopsignal);
    }
}

void process_fsm::shut_down(context& cx) {
    if (state_ == process_state::backoff) {
        backoff_ = 0;
        deadline_ = time_point::max();
        change(cx, process_state::fatal);
    } else if (restarts_later()) {
        deadline_ = time_point::max();
    } else {
        stop(cx);
    }
}

void process_fsm::send(context& cx, int signo) {
    if (pid_ == 0) {
        return log(cx, log_level::debug,
                   fmt::format("attempted to send {} sig {} but it wasn't running", config_->name,
                               signal_name(signo)));
    }
    log(cx, log_level::debug,
        fmt::format("sending {} (pid {}) sig {}", config_->name, pid_, signal_name(signo)));
    cx.out.push_back({id_, signal_effect{signo, false, false}});
}

void process_fsm::report_stopping(context& cx) {
    if (state_ != process_state::stopping) return;
    reporting_ = true;
    log(cx, log_level::info, fmt::format("waiting for {} to stop", config_->name));
    next_report_ = cx.now.mono + report_interval;
}

// -- what happened --------------------------------------------------------------------------------

void process_fsm::launched(context& cx, int pid) {
    launching_ = false;
    pid_ = pid;
    // Queueing behind other launches is not time that the child stayed up.
    started_ = cx.now.mono;
    start_wall_ = cx.now.wall;
    deadline_ = started_ + seconds(config_->startsecs);
    log(cx, log_level::info, fmt::format("spawned: '{}' with pid {}", config_->name, pid));
    if (std::exchange(stop_wanted_, false)) {
        kill(cx, config_->stopsignal);
    } else if (config_->startsecs <= 0) {
        enter_running(cx);
    }
}

void process_fsm::launch_failed(context& cx, std::string why) {
    launching_ = false;
    log(cx, log_level::info, fmt::format("spawnerr: {}", why));
    back_off(cx, std::move(why));
    gone(cx);
    if (std::exchange(stop_wanted_, false)) return stop(cx);
    give_up_or_retry(cx);
}

void process_fsm::launch_undone(context& cx, std::string why) {
    launching_ = false;
    waits_for_turn_ = false;
    stop_wanted_ = false;
    deadline_ = time_point::max();
    log(cx, log_level::info, fmt::format("spawnerr: {}", why));
    spawnerr_ = std::move(why);
    change(cx, process_state::stopping);
    change(cx, process_state::stopped);
    gone(cx);
}

void process_fsm::signal_failed(context& cx, const signal_effect& sent, int number,
                                const std::string& details) {
    if (number == esrch) {
        log(cx, log_level::debug,
            fmt::format("unable to signal {} (pid {}), it probably just {}exited on its own: {}",
                        config_->name, pid_, sent.is_stop ? "" : "now ", details));
        return;
    }
    log(cx, log_level::critical,
        fmt::format("unknown problem {} {} ({}):{}", sent.is_stop ? "killing" : "sending sig",
                    config_->name, pid_, details));
    killing_ = false;
    reporting_ = false;
    deadline_ = time_point::max();
    change(cx, process_state::unknown);
}

void process_fsm::exited(context& cx, const exit_status& status) {
    stop_wall_ = cx.now.wall;
    deadline_ = time_point::max();
    reporting_ = false;
    if (state_ == process_state::unknown) {
        // A kill failed before: nothing more is known than that the child is gone.
        gone(cx);
    } else if (killing_) {
        finish_killed(cx, status);
    } else if (cx.now.mono - started_ < seconds(config_->startsecs)) {
        finish_too_quickly(cx, status);
    } else {
        finish_run(cx, status);
    }
}

void process_fsm::give_up_launch(context& cx) {
    log(cx, log_level::warn,
        fmt::format("giving up the launch of '{}', which hangs", config_->name));
    cx.out.push_back({id_, give_up_effect{}});
    launch_undone(cx, fmt::format("the launch of '{}' hung", config_->name));
}

void process_fsm::finish_killed(context& cx, const exit_status& status) {
    killing_ = false;
    exit_code_ = status.numeric();
    change(cx, process_state::stopped);
    log(cx, is_expected(status) ? log_level::info : log_level::warn,
        fmt::format("stopped: {} ({})", config_->name, describe(status)));
    gone(cx);
}

void process_fsm::finish_too_quickly(context& cx, const exit_status& status) {
    back_off(cx, "Exited too quickly (process log may have details)");
    log(cx, log_level::warn,
        fmt::format("exited: {} ({}; not expected)", config_->name, describe(status)));
    gone(cx);
    give_up_or_retry(cx);
}

void process_fsm::finish_run(context& cx, const exit_status& status) {
    const bool expected = is_expected(status);
    backoff_ = 0;
    exit_code_ = status.numeric();
    if (!expected) spawnerr_ = fmt::format("Bad exit code {}", status.numeric());
    // The exit can be noticed before the deadline that would have made it RUNNING.
    if (state_ == process_state::starting) change(cx, process_state::running);
    change(cx, process_state::exited, expected);
    log(cx, expected ? log_level::info : log_level::warn,
        fmt::format("exited: {} ({}; {})", config_->name, describe(status),
                    expected ? "expected" : "not expected"));
    gone(cx);
    restart_if_due(cx, expected);
}

void process_fsm::wake(context& cx) {
    if (reporting_ && cx.now.mono >= next_report_) report_stopping(cx);
    if (cx.now.mono < deadline_) return;
    switch (state_) {
        case process_state::starting:
            if (launching_)
                give_up_launch(cx);
            else
                enter_running(cx);
            break;
        case process_state::backoff: give_up_or_retry(cx); break;
        case process_state::stopping: escalate(cx); break;
        case process_state::exited:
            deadline_ = time_point::max();
            if (cx.may_spawn) start(cx);
            break;
        case process_state::stopped:
        case process_state::running:
        case process_state::fatal:
        case process_state::unknown: deadline_ = time_point::max(); break;
    }
}

std::optional<time_point> process_fsm::deadline() const {
    const time_point first = reporting_ ? std::min(deadline_, next_report_) : deadline_;
    if (first == time_point::max()) return std::nullopt;
    return first;
}

// -- transitions ----------------------------------------------------------------------------------

void process_fsm::kill(context& cx, int signo) {
    const bool again = state_ == process_state::stopping;
    const bool to_group = again ? config_->killasgroup : config_->stopasgroup;
    log(cx, log_level::debug,
        fmt::format("killing {} (pid {}) {}with signal {}", config_->name, pid_,
                    to_group ? "process group " : "", signal_name(signo)));
    killing_ = true;
    const seconds patience(config_->stopwaitsecs);
    deadline_ = cx.now.mono + (again ? std::max(patience, shortest_escalation) : patience);
    change(cx, process_state::stopping);
    cx.out.push_back({id_, signal_effect{signo, to_group, true}});
}

void process_fsm::gone(context& cx) {
    pid_ = 0;
    cx.out.push_back({id_, gone_effect{}});
}

void process_fsm::escalate(context& cx) {
    log(cx, log_level::warn, fmt::format("killing '{}' ({}) with SIGKILL", config_->name, pid_));
    kill(cx, sigkill);
}

void process_fsm::back_off(context& cx, std::string why) {
    spawnerr_ = std::move(why);
    exit_code_ = 0;
    ++backoff_;
    deadline_ = cx.now.mono + seconds(backoff_);
    change(cx, process_state::backoff);
}

void process_fsm::give_up_or_retry(context& cx) {
    if (backoff_ > config_->startretries) {
        backoff_ = 0;
        deadline_ = time_point::max();
        change(cx, process_state::fatal);
        log(cx, log_level::info,
            fmt::format("gave up: {} entered FATAL state, too many start retries too quickly",
                        config_->name));
    } else if (cx.now.mono >= deadline_) {
        // While the daemon is stopping nothing starts by itself: the shutdown makes it FATAL.
        if (cx.may_spawn)
            start(cx);
        else
            deadline_ = time_point::max();
    }
}

void process_fsm::enter_running(context& cx) {
    backoff_ = 0;
    deadline_ = time_point::max();
    change(cx, process_state::running);
    log(cx, log_level::info,
        fmt::format("success: {} entered RUNNING state, process has stayed up for > than {} "
                    "seconds (startsecs)",
                    config_->name, config_->startsecs));
}

void process_fsm::restart_if_due(context& cx, bool expected) {
    if (!cx.may_spawn || config_->autorestart == autorestart_mode::never) return;
    if (config_->autorestart == autorestart_mode::unexpected && expected) return;
    const time_point due = started_ + shortest_cycle;
    if (cx.now.mono >= due)
        start(cx);
    else
        deadline_ = due;
}

bool process_fsm::is_expected(const exit_status& status) const {
    return std::ranges::find(config_->exitcodes, status.numeric()) != config_->exitcodes.end();
}

void process_fsm::change(context& cx, process_state to, bool expected) {
    if (state_ == to) return;
    const process_state from = std::exchange(state_, to);
    cx.out.push_back({id_, state_effect{from, to, pid_, backoff_, expected}});
}

void process_fsm::log(context& cx, log_level level, std::string text) const {
    cx.out.push_back({id_, log_effect{level, std::move(text)}});
}

}  // namespace ringmaster::core

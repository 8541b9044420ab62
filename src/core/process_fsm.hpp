// Life cycle of one supervised process, as a pure state machine.
//
//            start             stayed up startsecs
//   STOPPED ──────▶ STARTING ─────────────────────▶ RUNNING ──▶ EXITED ──▶ STARTING (autorestart)
//   EXITED             │  ▲                            │ exit
//   FATAL              │  │ delay over                 │
//              failed  ▼  │                            │ stop
//                    BACKOFF ──▶ FATAL (gave up)       ▼
//                                      STARTING ──▶ STOPPING ──▶ STOPPED
//
// A stop also makes STOPPED of BACKOFF, and of EXITED where a restart is due.
//
// Every input carries the moment and says whether the daemon may spawn; every answer is appended
// to the effect queue. The machine owns no descriptor, timer or clock. One deadline is enough for
// all states (see deadline()); the driver calls wake() when it has passed.
//
// Making a child takes time: between launch_effect and its answer the state is STARTING with
// pid 0. A stop that arrives then is remembered and carried out on the answer; when the launch
// has not come back after stopwaitsecs it is given up, as a child that does not stop is killed.
//
// State codes, texts and the restart rules are Supervisor's (its documentation: "Process States").
#pragma once

#include <optional>
#include <string>

#include "core/config.hpp"
#include "core/effect.hpp"
#include "core/instant.hpp"
#include "core/process_info.hpp"

namespace ringmaster::core {

/// How a child ended: `code` if it exited, else the signal that killed it.
struct exit_status {
    int code = 0;
    int signal = 0;
    bool core_dumped = false;

    /// The exit code; -1 for a death by signal.
    int numeric() const { return signal != 0 ? -1 : code; }
};

/// "exit status 1", "terminated by SIGKILL (core dumped)".
std::string describe(const exit_status& status);

class process_fsm {
public:
    /// What every input is given.
    struct context {
        instant now;
        bool may_spawn;  ///< false while the daemon is stopping: nothing starts by itself
        effect_queue& out;
    };

    /// `config` must outlive the machine.
    process_fsm(process_id id, const process_config& config) : id_(id), config_(&config) {}

    /// Start request, or autostart. With a child still there it only logs a warning.
    void start(context& cx);
    /// The same, but nothing is launched before its turn has come.
    void start_in_turn(context& cx);
    void turn_has_come(context& cx);
    /// Stop request: signals a child, turns BACKOFF, and EXITED before a restart, into STOPPED.
    /// Does nothing in other states.
    void stop(context& cx);
    /// Shutdown has reached the group: like stop(), but BACKOFF becomes FATAL.
    void shut_down(context& cx);
    /// RPC signalProcess: no state change. Without a child nothing is sent.
    void send(context& cx, int signo);

    void launched(context& cx, int pid);
    /// `why` becomes spawnerr, e.g. "can't find command 'x'".
    void launch_failed(context& cx, std::string why);
    /// The launch was taken back before anything was done. Does not count as a failed start.
    void launch_undone(context& cx, std::string why);
    /// kill(2) failed with `number` (errno), spelt `details`.
    void signal_failed(context& cx, const signal_effect& sent, int number,
                       const std::string& details);
    /// The child was reaped; the driver has drained its pipes before.
    void exited(context& cx, const exit_status& status);
    /// The deadline has passed (calling too early is harmless).
    void wake(context& cx);

    /// Somebody waits for the end of a stop: logs "waiting for x to stop" now and then every two
    /// seconds until the child is gone. Does nothing in other states than STOPPING.
    void report_stopping(context& cx);

    /// When wake() is due; none if nothing can happen by itself.
    std::optional<time_point> deadline() const;

    process_id id() const { return id_; }
    const process_config& config() const { return *config_; }
    process_state state() const { return state_; }
    int pid() const { return pid_; }
    const std::string& spawnerr() const { return spawnerr_; }
    int backoff() const { return backoff_; }
    /// A stop or kill is under way: the coming exit is no failure.
    bool killing() const { return killing_; }
    /// No child yet: it waits for its turn, or it is being made.
    bool launching() const { return launching_; }
    bool waits_for_turn() const { return waits_for_turn_; }
    /// EXITED, but only until the second is over in which it was launched.
    bool restarts_later() const {
        return state_ == process_state::exited && deadline_ != time_point::max();
    }
    std::int64_t start_time() const { return start_wall_; }  ///< last spawn attempt; 0: never
    std::int64_t stop_time() const { return stop_wall_; }    ///< last reap; 0: never
    int exit_code() const { return exit_code_; }             ///< 0 while unknown

private:
    void change(context& cx, process_state to, bool expected = false);
    void log(context& cx, log_level level, std::string text) const;
    void kill(context& cx, int signo);
    void gone(context& cx);
    void back_off(context& cx, std::string why);
    void give_up_or_retry(context& cx);
    bool prepare_start(context& cx);
    void enter_running(context& cx);
    void escalate(context& cx);
    void give_up_launch(context& cx);
    void finish_killed(context& cx, const exit_status& status);
    void finish_too_quickly(context& cx, const exit_status& status);
    void finish_run(context& cx, const exit_status& status);
    void restart_if_due(context& cx, bool expected);
    bool is_expected(const exit_status& status) const;

    process_id id_;
    const process_config* config_;
    process_state state_ = process_state::stopped;
    bool launching_ = false;
    bool waits_for_turn_ = false;  ///< implies launching_
    bool stop_wanted_ = false;     ///< a stop arrived while launching
    bool killing_ = false;
    bool reporting_ = false;  ///< somebody waits for the stop
    int pid_ = 0;
    int backoff_ = 0;
    int exit_code_ = 0;
    std::int64_t start_wall_ = 0;
    std::int64_t stop_wall_ = 0;
    time_point started_{};                     ///< when the child was made
    time_point deadline_ = time_point::max();  ///< of the state; max: none
    time_point next_report_ = time_point::max();
    std::string spawnerr_;
};

}  // namespace ringmaster::core

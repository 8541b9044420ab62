// Carries out what core::supervisor decides: launches, signals, timers, draining, log lines.
//
// Owned by the composition root; lives on the control thread. The only place that feeds the
// supervisor and takes its effects. Work that comes in thousands (starting or stopping a whole
// fleet) is done in slices, so that control commands and deaths are handled in between.
//
// When a child dies its pipes are drained into its logs first (the shards notice the end of a pipe
// themselves, usually before the death is seen) and only then does the supervisor learn of the
// exit: output precedes the exit line, and a successor never overtakes it. A disk that hangs holds
// an exit up for a bounded time only; its output is then written when the disk is back.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/log.hpp"
#include "core/ordered_answers.hpp"
#include "core/supervisor.hpp"
#include "io/change_waiters.hpp"
#include "io/drain.hpp"
#include "io/event_hub.hpp"
#include "io/exit_watcher.hpp"
#include "io/fcgi_sockets.hpp"
#include "io/launcher.hpp"
#include "io/listener_stdout.hpp"
#include "io/log_patience.hpp"
#include "io/stdin_pipe.hpp"
#include "io/task.hpp"
#include "io/task_group.hpp"

namespace ringmaster::io {

struct fleet_options {
    drain_options drain;
    /// An exit is told after so long even if its last output is not in the log yet.
    std::chrono::milliseconds log_patience = std::chrono::seconds(10);
    launcher_options launcher;
    event_options events;
    std::string server_url;             ///< SUPERVISOR_SERVER_URL of children; empty: not set
    std::size_t start_concurrency = 0;  ///< see core::supervisor::limit_starts()
    bool strip_ansi = false;
    bool adopts_orphans = false;  ///< PID 1 or subreaper: strays are reaped on_child_signal()
};

class fleet final : private drain_listener, private core::listener_port {
public:
    /// Starts the data plane and the launcher. `log` must outlive the fleet.
    static result<std::unique_ptr<fleet>> make(asio::io_context& control, fleet_options options,
                                               core::log_sink& log);
    ~fleet() override;

    const core::supervisor& model() const { return supervisor_; }
    drain& data_plane() const { return *drain_; }
    event_hub& events() { return events_; }
    const event_hub& events() const { return events_; }
    static core::instant now();

    /// See core::supervisor. AUTO log paths must be filled in.
    bool add_group(std::shared_ptr<const core::group_config> config);
    bool add_group(core::group_config config) {
        return add_group(std::make_shared<const core::group_config>(std::move(config)));
    }
    bool remove_group(std::string_view name);
    void begin();
    void start(core::process_id id);
    void start_in_turn(core::process_id id);
    /// The text of the error if the signal could not be sent.
    std::optional<std::string> stop(core::process_id id);
    std::optional<std::string> send(core::process_id id, int signo);
    void report_stopping(core::process_id id);
    /// Text for the standard input of a living child; see stdin_pipe.
    stdin_outcome send_input(core::process_id id, std::string_view text);
    /// The streams that a child writes its output to, until the last of it is in the logs.
    std::vector<stream_id> streams_of(core::process_id id) const;
    /// For children that are launched from now on.
    void strip_ansi(bool on) { options_.strip_ansi = on; }
    void request(core::daemon_state target);

    /// See change_waiters: `settled` is asked at once and after every change of a process, its
    /// launch and its removal included.
    task<> settle(std::vector<core::process_id> ids, change_waiters::predicate settled) {
        return waiters_.settle(std::move(ids), std::move(settled));
    }

    /// Waits until a shutdown or restart has stopped every process.
    task<> stopped();
    void reopen_logs() { drain_->reopen_all(); }
    /// SIGCHLD arrived: reaps children that are none of ours.
    void on_child_signal();
    /// Ends the threads and tasks. Nothing else may be called afterwards.
    task<> close();

private:
    struct child {
        stream_id out = 0;
        stream_id error = 0;  ///< 0: none
        stdin_pipe input;
        listener_stdout answers;              ///< of an event listener
        std::shared_ptr<byte_credit> credit;  ///< of its answers that go to a log; null: none do
        std::optional<core::exit_status> status;  ///< from its death on
    };
    struct launch_answer {
        launch_number number;
        launch_outcome outcome;
    };

    fleet(asio::io_context& control, fleet_options options, core::log_sink& log,
          exit_watcher watcher);

    void on_tapped(stream_id id, const tapped_piece& piece) override;
    void on_room(stream_id id) override;
    void on_stream_finished(stream_id id) override;
    void on_drain_message(core::log_level level, const std::string& text) override;

    bool deliver(core::process_id listener, std::string text) override;

    void pump();
    void carry_out_next();
    void send_signal(core::process_id id, const core::signal_effect& signal);
    void launch_next();
    void cancel_launches();
    void give_up_launch(core::process_id id);
    launch_plan plan_for(core::process_id id) const;
    void take_answers();
    void on_launched(launch_answer answer);
    error_code take_over(core::process_id id, launched_child made);
    stream_id drain_into_log(unique_fd pipe, unique_fd file, core::process_id owner,
                             core::output_channel channel);
    void hear(core::process_id id, std::string_view bytes);
    void on_exit(core::process_id id, const core::exit_status& status);
    /// All that it wrote is in its logs.
    bool is_drained(const child& writer) const;
    void give_up_output(core::process_id id);
    void report_exit(core::process_id id);
    void arm_timer();

    asio::io_context& control_;
    fleet_options options_;
    core::log_sink& log_;
    core::supervisor supervisor_;
    event_hub events_;
    fcgi_sockets sockets_;
    std::unique_ptr<drain> drain_;
    std::unique_ptr<launcher> launcher_;
    exit_watcher watcher_;
    task_group tasks_;
    asio::steady_timer timer_;
    std::optional<core::time_point> armed_;
    asio::steady_timer stopped_;  ///< never expires; cancelled when everything has stopped
    bool pump_posted_ = false;
    core::ordered_answers<launch_answer> answers_;
    asio::steady_timer answers_due_;
    std::deque<core::process_id> launches_;  ///< asked for, not handed to the launcher yet
    std::unordered_map<launch_number, core::process_id> under_way_;
    std::unordered_map<core::process_id, child> children_;
    std::unordered_map<stream_id, core::process_id> streams_;  ///< until their ends are told
    log_patience patience_;
    std::size_t late_streams_ = 0;  ///< given up by patience_, and not finished yet
    change_waiters waiters_;
    std::string signal_problem_;  ///< of the signal that was sent last
};

}  // namespace ringmaster::io

// Carries out what core::supervisor decides: launches, signals, timers, events, log lines.
//
// Owned by the composition root; lives on the control thread. The only place that feeds the
// supervisor and takes its effects. Launches are with the launch desk (io/launch_desk), children
// that live with io/children. Work that comes in thousands (starting or stopping a whole fleet) is
// done in slices, so that control commands and deaths are handled in between.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/log.hpp"
#include "core/supervisor.hpp"
#include "io/change_waiters.hpp"
#include "io/children.hpp"
#include "io/event_hub.hpp"
#include "io/fcgi_sockets.hpp"
#include "io/launch_desk.hpp"
#include "io/task.hpp"
#include "io/task_group.hpp"
#include "io/timer.hpp"
#include "io/wakeup.hpp"

namespace ringmaster::io {

struct fleet_options {
    children_options children;
    launcher_options launcher;
    event_options events;
    std::string server_url;             ///< SUPERVISOR_SERVER_URL of children; empty: not set
    std::size_t start_concurrency = 0;  ///< see core::supervisor::limit_starts()
    std::size_t stop_concurrency = 1;   ///< see core::supervisor::limit_stops()
    bool reaps_strays = false;          ///< see exit_watcher::may_have_strays()
};

class fleet final : private core::listener_port {
public:
    /// Starts the data plane and the launcher. `log` must outlive the fleet.
    static result<std::unique_ptr<fleet>> make(asio::io_context& control, fleet_options options,
                                               core::log_sink& log);
    ~fleet() override;

    const core::supervisor& model() const { return supervisor_; }
    drain& data_plane() const { return children_->data_plane(); }
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
    /// The text of the error if the signal could not be sent. All that waits is carried out before.
    std::optional<std::string> stop(core::process_id id);
    std::optional<std::string> send(core::process_id id, int signo);
    void report_stopping(core::process_id id);
    /// Text for the standard input of a living child; see stdin_pipe.
    stdin_outcome send_input(core::process_id id, std::string_view text) {
        return children_->send_input(id, text);
    }
    /// The streams that a child writes its output to, until its exit is told.
    std::vector<stream_id> streams_of(core::process_id id) const {
        return children_->streams_of(id);
    }
    /// For children that are launched from now on.
    void strip_ansi(bool on) { children_->strip_ansi(on); }
    void request(core::daemon_state target);

    /// See change_waiters: `settled` is asked at once and after every change of a process, its
    /// launch and its removal included.
    task<> settle(std::vector<core::process_id> ids, change_waiters::predicate settled) {
        return waiters_.settle(std::move(ids), std::move(settled));
    }

    /// Waits until a shutdown or restart has stopped every process.
    task<> stopped();
    void reopen_logs() { data_plane().reopen_all(); }
    /// SIGCHLD arrived: reaps children that are none of ours.
    void on_child_signal();
    /// Ends the threads and tasks. Nothing else may be called afterwards.
    task<> close();

private:
    fleet(asio::io_context& control, fleet_options options, core::log_sink& log);

    core::delivery deliver(core::process_id listener, std::string text) override;

    void pump();
    void carry_out_all();
    void carry_out_next();
    std::optional<std::string> problem_of_signal();
    void send_signal(core::process_id id, const core::signal_effect& signal);
    void launch_next();
    void cancel_launches();
    void give_up_launch(core::process_id id);
    result<launch_plan, launch_failure> plan_for(core::process_id id);
    void on_launched(core::process_id id, launch_outcome outcome);
    void on_exit(core::process_id id, const core::exit_status& status);
    void arm_timer();

    asio::io_context& control_;
    fleet_options options_;
    core::log_sink& log_;
    core::supervisor supervisor_;
    event_hub events_;
    fcgi_sockets sockets_;
    std::unique_ptr<launch_desk> launches_;
    std::unique_ptr<children> children_;
    task_group tasks_;
    timer timer_;
    std::optional<core::time_point> armed_;
    wakeup stopped_;  ///< when everything has stopped
    bool pump_posted_ = false;
    change_waiters waiters_;
    std::string signal_problem_;  ///< of the signal that was sent last
};

}  // namespace ringmaster::io

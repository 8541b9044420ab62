// The running phase: from the first autostart until every process has stopped.
//
// Owns everything that lives as long as one incarnation (a restart makes a new one): the control
// loop, the fleet, the API, the HTTP server. Made after daemonizing, on the thread that becomes
// the control thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <list>
#include <memory>
#include <optional>

#include "control_port.hpp"
#include "core/config.hpp"
#include "core/daemon_options.hpp"
#include "dashboard.hpp"
#include "group_changes.hpp"
#include "http/router.hpp"
#include "http/server.hpp"
#include "io/fleet.hpp"
#include "io/signals.hpp"
#include "io/task_group.hpp"
#include "io/worker_pool.hpp"
#include "loaded_config.hpp"
#include "rpc/dispatch.hpp"
#include "startup.hpp"

namespace ringmaster {

/// Why run() came back.
enum class outcome : std::uint8_t { shut_down, restart };

class daemon {
public:
    /// `config`, `start` and `options` must outlive the daemon. The error is for stderr and the
    /// log.
    static result<std::unique_ptr<daemon>, startup_error> make(core::config& config,
                                                               prepared& start,
                                                               const process_setup& setup,
                                                               const core::daemon_options& options);
    ~daemon();

    /// Runs until a signal or an API call has ended everything.
    outcome run();
    /// Where the numbers of events go on in the next incarnation.
    std::uint64_t next_event_serial() const { return fleet_->events().next_serial(); }

private:
    daemon(core::config& config, prepared& start, const core::daemon_options& options);
    result<void, startup_error> build(const process_setup& setup);
    void log_failure(const std::string& task, std::exception_ptr failure);
    void serve_clients();
    io::task<http::rpc_answer> answer_rpc(std::string body);
    void report_engine();
    void write_pidfile();
    void remove_pidfile();
    io::task<> supervise();
    io::task<> handle_signals();
    void handle(int signo);

    core::config& config_;
    prepared& start_;
    const core::daemon_options& options_;
    core::environment environment_;
    boost::asio::io_context control_{1};
    io::worker_pool helpers_;
    /// And clearers of logs: their disks may hang, and starts need the helpers.
    io::worker_pool readers_;
    io::task_group tasks_;
    std::optional<io::signal_source> signals_;
    io::task_group::task_id signals_task_ = 0;
    std::unique_ptr<io::fleet> fleet_;
    std::optional<loaded_config> loaded_;
    std::optional<group_changes> changes_;
    std::optional<control_port> port_;
    std::optional<rpc::api> api_;
    std::optional<dashboard> dashboard_;
    std::list<http::router> routers_;  ///< one for each listener: the credentials differ
    std::optional<http::server> server_;
    bool pidfile_written_ = false;
};

}  // namespace ringmaster

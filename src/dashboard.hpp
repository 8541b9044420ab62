// The web pages' view of the running daemon.
//
// Owned by the daemon (src/daemon); control thread only. Actions go through the API's methods, so
// that a page and an XML-RPC client get the same checks and texts; they work also where no
// [rpcinterface] section offers the API to clients.
#pragma once

#include "control_port.hpp"
#include "http/dashboard_port.hpp"
#include "io/main_log.hpp"
#include "io/worker_pool.hpp"
#include "rpc/dispatch.hpp"

namespace ringmaster {

class dashboard final : public http::dashboard_port {
public:
    /// All references must outlive the dashboard.
    dashboard(control_port& port, io::main_log& log, io::worker_pool& readers);

    std::vector<core::process_info> processes() const override;
    core::daemon_state state() const override { return port_.model().state(); }
    std::string version() const override;
    io::task<http::action_result> call(std::string_view method, std::string_view name) override;
    io::task<http::action_result> tail(std::string_view name, std::int64_t bytes,
                                       std::optional<std::string>& text) override;
    std::optional<std::string> log_path(std::string_view name,
                                        std::string_view channel) const override;
    std::optional<std::string> main_log_path() const override;
    core::log_sink& log() override { return log_; }
    io::task<> read_disk(std::function<void()> work) override;

private:
    /// no_process for whole-group forms and unknown names.
    core::process_id find(std::string_view namespec) const;

    control_port& port_;
    io::main_log& log_;
    io::worker_pool& readers_;
    rpc::api methods_;
};

}  // namespace ringmaster

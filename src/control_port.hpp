// The API's view of the running daemon: joins rpc's methods to the fleet, the logs and the clock.
//
// Owned by the daemon (src/daemon); control thread only. What reads a disk runs on the daemon's
// helper threads.
#pragma once

#include <functional>
#include <memory>

#include "core/config.hpp"
#include "group_changes.hpp"
#include "io/fleet.hpp"
#include "io/main_log.hpp"
#include "io/worker_pool.hpp"
#include "loaded_config.hpp"
#include "rpc/supervisor_port.hpp"

namespace ringmaster {

class control_port final : public rpc::supervisor_port {
public:
    /// All references must outlive the port. `base` is the daemon's own environment.
    control_port(io::fleet& fleet, io::main_log& log, io::worker_pool& helpers,
                 io::worker_pool& readers, const loaded_config& loaded, group_changes& changes,
                 const core::environment& base)
        : fleet_(fleet),
          log_(log),
          helpers_(helpers),
          readers_(readers),
          loaded_(loaded),
          changes_(changes),
          base_(base) {}

    const core::supervisor& model() const override { return fleet_.model(); }
    std::int64_t wall_now() const override;
    std::string identification() const override { return loaded_.daemon().identifier; }
    int pid() const override;
    core::log_sink& log() override { return log_; }

    io::task<std::optional<rpc::command_problem>> check_command(core::process_id id) override;
    void start(core::process_id id) override { fleet_.start(id); }
    void start_in_turn(core::process_id id) override { fleet_.start_in_turn(id); }
    std::optional<std::string> stop(core::process_id id) override { return fleet_.stop(id); }
    std::optional<std::string> send_signal(core::process_id id, int signo) override {
        return fleet_.send(id, signo);
    }
    void report_stopping(core::process_id id) override { fleet_.report_stopping(id); }
    io::task<> settle(std::vector<core::process_id> ids,
                      std::function<bool(core::process_id)> settled) override {
        return fleet_.settle(std::move(ids), std::move(settled));
    }
    io::task<> yield() override;

    io::task<rpc::log_slice> read_process_log(core::process_id id, rpc::channel from,
                                              rpc::log_window window) override;
    io::task<rpc::log_slice> read_main_log(rpc::log_window window) override;

    io::task<rpc::clear_outcome> clear_process_logs(core::process_id id) override;
    rpc::clear_outcome clear_main_log() override;
    rpc::input_outcome send_input(core::process_id id, std::string_view text) override;

    io::task<rpc::reread_outcome> reread_config() override { return changes_.reread(); }
    io::task<rpc::group_change> add_group(std::string name) override {
        return changes_.add(std::move(name));
    }
    std::vector<const core::group_config*> configured_groups() const override {
        return loaded_.all_groups();
    }
    rpc::group_change remove_group(std::string_view name) override { return changes_.remove(name); }

    void send_remote_event(std::string_view type, std::string_view data) override {
        fleet_.events().send_remote(type, data);
    }

    void request_shutdown() override { fleet_.request(core::daemon_state::shutdown); }
    void request_restart() override { fleet_.request(core::daemon_state::restarting); }

private:
    io::task<rpc::log_slice> read(std::string path, rpc::log_window window);

    io::fleet& fleet_;
    io::main_log& log_;
    io::worker_pool& helpers_;
    io::worker_pool& readers_;
    const loaded_config& loaded_;
    group_changes& changes_;
    const core::environment& base_;
};

}  // namespace ringmaster

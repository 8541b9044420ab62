// Rereading the configuration and adding and removing groups while the daemon runs.
//
// Owned by the daemon (src/daemon), control thread only; files are read and made on the helper
// threads. A reread changes nothing that runs: groups come and go one by one, as clients ask.
#pragma once

#include <string>

#include "core/daemon_options.hpp"
#include "io/fleet.hpp"
#include "io/worker_pool.hpp"
#include "loaded_config.hpp"
#include "rpc/supervisor_port.hpp"

namespace ringmaster {

class group_changes {
public:
    /// All references must outlive the object and its tasks. `options` are those of the command
    /// line, which is applied again by every reread; `daemon` are the settings in force.
    group_changes(io::fleet& fleet, loaded_config& loaded, const core::daemon_options& options,
                  const core::daemon_config& daemon, io::worker_pool& helpers, core::log_sink& log)
        : fleet_(fleet),
          loaded_(loaded),
          options_(options),
          daemon_(daemon),
          helpers_(helpers),
          log_(log) {}

    /// See rpc::supervisor_port.
    io::task<rpc::reread_outcome> reread();
    io::task<rpc::group_change> add(std::string name);
    rpc::group_change remove(std::string_view name);

private:
    core::config_difference compare() const;

    io::fleet& fleet_;
    loaded_config& loaded_;
    const core::daemon_options& options_;
    const core::daemon_config& daemon_;
    io::worker_pool& helpers_;
    core::log_sink& log_;
};

}  // namespace ringmaster

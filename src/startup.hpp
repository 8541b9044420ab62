// Everything between reading the configuration and running: user, limits, log, sockets, detaching.
//
// Runs before any io_context exists, and any thread but that of the log, at the first start and
// again (with less to do) at every restart. Failures are Supervisor's usage errors: a text for
// stderr and exit status 2.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/config.hpp"
#include "core/result.hpp"
#include "io/listening_socket.hpp"
#include "io/main_log.hpp"

namespace ringmaster {

/// What lasts over restarts.
struct process_setup {
    std::string program;  ///< argv[0]
    bool first_start = true;
    std::uint64_t child_descriptor_limit = 0;  ///< soft RLIMIT_NOFILE for children
    std::uint64_t next_event_serial = 0;
    /// The log that was opened last: a restart that fails has no other place to say why.
    io::main_log_options last_log;
};

/// A listening socket and the section it comes from.
struct open_server {
    const core::server_config* config;
    io::listening_socket socket;
};

/// What start-up leaves for the running phase. Destroying it removes the sockets' files.
struct prepared {
    io::main_log log;
    std::vector<open_server> servers;
};

/// The error is what follows "Error: ".
using startup_error = std::string;

/// Carries out the start-up order of docs/architecture.md. Fills in the AUTO log paths of
/// `config.groups`. Does not return in the parent of the daemonizing fork.
result<prepared, startup_error> prepare(core::config& config, process_setup& setup);

}  // namespace ringmaster

// [supervisord]: the daemon's own settings, with the command line on top.
//
// Internal to the configuration loader.
#pragma once

#include "core/daemon_options.hpp"
#include "core/load_context.hpp"

namespace ringmaster::core {

/// Fills all of the daemon's settings but `user`; also adds the section's environment to the
/// names for expansion.
void read_supervisord(load_context& context, const ini_section& section,
                      const daemon_options& options);

/// The account to run as. Apart from the rest because Supervisor looks it up last of all.
void resolve_daemon_user(load_context& context, const ini_section& section,
                         const daemon_options& options);

}  // namespace ringmaster::core

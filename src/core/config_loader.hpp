// From configuration files to core::config: includes, sections, expansions, types, defaults.
//
// The daemon calls it at start, at every restart and at every reread, always from the beginning;
// nothing is kept between calls. Reads files only through `host`, and changes nothing.
#pragma once

#include "core/config.hpp"
#include "core/config_error.hpp"
#include "core/daemon_options.hpp"
#include "core/host.hpp"
#include "core/ini_reader.hpp"
#include "core/load_limits.hpp"
#include "core/result.hpp"

namespace ringmaster::core {

/// Reads the file named by the options (or the first of the search list), its includes, and
/// applies the command line on top. All problems are looked for; the error's text is the first in
/// Supervisor's order, its hints tell about all.
result<config, config_error> load_config(const daemon_options& options, const host& machine,
                                         const load_limits& limits = {});

/// What root is to be told before its configuration is looked for: others may have put it there.
std::optional<std::string_view> search_warning(const daemon_options& options, const host& machine);

/// What --check-config wants to know beyond that.
struct config_examination {
    std::optional<config_error> error;
    config found;                       ///< with an error: what could be made of the rest
    ini_document document;              ///< all files, merged: for the places of options
    std::vector<std::string> warnings;  ///< "a.conf:12: …": accepted, but hardly meant so
};

config_examination examine_config(const daemon_options& options, const host& machine);

}  // namespace ringmaster::core

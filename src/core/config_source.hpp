// Finding, reading and merging configuration files, before anything in them is evaluated.
//
// Internal to the configuration loader and the client's; reads only through `host`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/config_error.hpp"
#include "core/load_context.hpp"
#include "core/result.hpp"

namespace ringmaster::core {

/// Where a configuration file is looked for without -c, best first. `program` is argv[0].
std::vector<std::string> default_config_paths(std::string_view program);

/// The first of the default paths that exists, relative ones counted from `base`.
std::optional<std::string> search_config_file(std::string_view program, std::string_view base,
                                              const host& machine);

/// Reads the main file into the context's document, and sets its path and `here`. Problems are
/// filed in the context. False if there is nothing that could be looked at further.
bool read_main_file(load_context& context, const std::string& path);

/// Follows [include] of the main file, if it has one.
void read_includes(load_context& context);

}  // namespace ringmaster::core

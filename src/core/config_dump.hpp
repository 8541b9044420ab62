// What a configuration comes to, printed: every option with its value, nothing left to expand.
//
// For --dump. Goes by the option table. Passwords and environments are shown as they are. Pure.
#pragma once

#include <string>

#include "core/config.hpp"
#include "core/config_error.hpp"
#include "core/result.hpp"

namespace ringmaster::core {

/// A configuration file: each process has a section of its own, and reading it back gives the
/// same groups. The exception are event listeners and fcgi-programs with numprocs above 1, which
/// INI cannot spell out: their sections repeat, and comments say so. Fails for the rare value that
/// INI cannot say at all, such as a password that ends in a blank.
result<std::string, config_error> dump_as_ini(const config& from);

/// One object: "supervisord", "servers", "rpcinterfaces" and "groups", which hold "processes".
/// Bytes that are not UTF-8 become U+FFFD.
std::string dump_as_json(const config& from);

}  // namespace ringmaster::core

// Start-up privileges: switching the user and raising resource limits, with Supervisor's texts.
//
// Used once by the composition root, before any thread exists.
#pragma once

#include <cstdint>
#include <string>

#include "core/config.hpp"
#include "core/result.hpp"

namespace ringmaster::io {

/// Takes the account's groups, gid and uid. The error is the text behind "Error: ".
result<void, std::string> become(const core::account& user);

/// What raising a limit did.
struct raised_limit {
    bool changed = false;  ///< worth an INFO line
};

/// Raises soft (and if need be hard) RLIMIT_NOFILE to at least `minimum`.
result<raised_limit, std::string> require_descriptors(std::uint64_t minimum);
/// The same for RLIMIT_NPROC.
result<raised_limit, std::string> require_processes(std::uint64_t minimum);

/// Raises our own soft RLIMIT_NOFILE to the hard one, because a child costs six descriptors, and
/// answers what it was: the limit that children are to have.
std::uint64_t take_all_descriptors();

/// The soft RLIMIT_NOFILE.
std::uint64_t descriptor_limit();

/// Lets the kernel size the descriptor table for `count` descriptors now, while it belongs to one
/// thread: growing a shared table waits for a grace period. Best effort.
void presize_descriptor_table(std::uint64_t count);

/// Sets close-on-exec on whatever descriptors we were started with, except 0, 1 and 2.
void keep_inherited_descriptors_to_ourselves();

}  // namespace ringmaster::io

// Value types whose validity depends on the machine: users, groups, directories.
//
// Look-ups go through `host`, and are remembered for as long as one object lives: thousands of
// programs share a handful of users and log directories, and a look-up may cross the network.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/config.hpp"
#include "core/host.hpp"
#include "core/value_error.hpp"

namespace ringmaster::core {

/// Borrows the host; lives for one reading of the configuration. `base` is the directory that
/// relative paths count from.
class machine_types {
public:
    machine_types(const host& machine, std::string_view base) : machine_(machine), base_(base) {}

    /// With `~` expanded; not made absolute.
    parsed<std::string> existing_directory(std::string_view value);
    /// A path to something that may not exist yet, in a directory that does.
    parsed<std::string> existing_dirpath(std::string_view value);
    /// A name, or a uid with a passwd entry.
    parsed<account> user(std::string_view value);
    /// user[:group], each a name or a number.
    parsed<ownership> user_and_group(std::string_view value);

    /// `~` and `~user` at the start replaced by the home directory, where it is known.
    std::string expand_user(std::string_view path) const;
    /// `~` expanded, absolute, normalised.
    std::string absolute_path(std::string_view path) const;

private:
    bool is_directory(const std::string& path);

    const host& machine_;
    const std::string base_;
    std::map<std::string, bool, std::less<>> directories_;
    std::map<std::string, std::optional<account>, std::less<>> users_;
};

}  // namespace ringmaster::core

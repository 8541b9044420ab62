// What reading a configuration needs to know of the machine, as an interface.
//
// Keeps core free of system calls and lets tests describe a machine in a few lines. The real one
// is io/posix_host. Implementations hold no state that a caller could observe; they never throw.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/config.hpp"
#include "core/result.hpp"

namespace ringmaster::core {

enum class read_failure : std::uint8_t {
    missing,     ///< no such file
    unreadable,  ///< permission, a directory, an I/O error
};

class host {
public:
    virtual ~host() = default;

    /// The whole file. Relative paths count from the current directory, here and below.
    virtual result<std::string, read_failure> read_file(const std::string& path) const = 0;
    /// True for anything that can be stat()ed, directories included.
    virtual bool exists(const std::string& path) const = 0;
    virtual bool is_directory(const std::string& path) const = 0;
    /// Matches of a shell pattern in byte order. `*` does not match a leading dot, there is no
    /// `~` and no recursion. No match: empty.
    virtual std::vector<std::string> glob(const std::string& pattern) const = 0;

    virtual std::optional<account> find_user(const std::string& name) const = 0;
    virtual std::optional<account> find_user(std::uint32_t uid) const = 0;
    virtual std::optional<std::uint32_t> find_group(const std::string& name) const = 0;
    virtual bool group_exists(std::uint32_t gid) const = 0;
    /// Home directory of `user`, or of the current user when the name is empty.
    virtual std::optional<std::string> home_directory(const std::string& user) const = 0;
    virtual std::uint32_t current_uid() const = 0;

    virtual std::string node_name() const = 0;
    virtual environment process_environment() const = 0;
    /// Absolute.
    virtual std::string current_directory() const = 0;
    /// First writable of $TMPDIR, $TEMP, $TMP, /tmp, /var/tmp, /usr/tmp, current directory.
    virtual std::string temporary_directory() const = 0;
};

}  // namespace ringmaster::core

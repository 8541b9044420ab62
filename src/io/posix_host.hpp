// The machine as the configuration loader sees it: files, accounts, environment, by POSIX calls.
//
// Stateless. Look-ups of users and groups go through NSS and may block on a network; callers
// run them before the loop starts or off it.
#pragma once

#include "core/host.hpp"

namespace ringmaster::io {

class posix_host final : public core::host {
public:
    /// Files above 256 MiB count as unreadable: no configuration is that long, devices are.
    result<std::string, core::read_failure> read_file(const std::string& path) const override;
    bool exists(const std::string& path) const override;
    bool is_directory(const std::string& path) const override;
    std::vector<std::string> glob(const std::string& pattern) const override;

    std::optional<core::account> find_user(const std::string& name) const override;
    std::optional<core::account> find_user(std::uint32_t uid) const override;
    std::optional<std::uint32_t> find_group(const std::string& name) const override;
    bool group_exists(std::uint32_t gid) const override;
    std::optional<std::string> home_directory(const std::string& user) const override;
    std::uint32_t current_uid() const override;

    std::string node_name() const override;
    core::environment process_environment() const override;
    std::string current_directory() const override;
    std::string temporary_directory() const override;
};

}  // namespace ringmaster::io

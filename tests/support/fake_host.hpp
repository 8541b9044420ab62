// A machine in memory for tests of the configuration loader.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/host.hpp"
#include "core/text.hpp"

namespace ringmaster::test {

/// Everything is a public member: a test writes down the machine it wants.
class fake_host final : public core::host {
public:
    std::map<std::string, std::string> files;
    std::set<std::string> unreadable;
    std::set<std::string> directories{"/", "/etc", "/tmp", "/var/log", "/home/joe", "/srv"};
    /// Pattern to matches; a pattern that is a file's path matches that file.
    std::map<std::string, std::vector<std::string>> globs;
    std::vector<core::account> users{
        {"root", 0, 0, {0}}, {"joe", 1000, 100, {100, 27}}, {"nobody", 65534, 65534, {65534}}};
    std::map<std::string, std::uint32_t> groups{{"root", 0}, {"users", 100}, {"nogroup", 65534}};
    std::map<std::string, std::string> homes{{"", "/home/joe"}, {"joe", "/home/joe"}};
    core::environment variables{{"HOME", "/home/joe"}, {"LANG", "C"}};
    std::string cwd = "/srv";
    std::uint32_t uid = 1000;

    result<std::string, core::read_failure> read_file(const std::string& path) const override {
        if (unreadable.contains(path)) return core::read_failure::unreadable;
        const auto found = files.find(path);
        if (found == files.end()) return core::read_failure::missing;
        return {boost::system::in_place_value, found->second};
    }
    bool exists(const std::string& path) const override {
        return files.contains(path) || unreadable.contains(path) || directories.contains(path);
    }
    bool is_directory(const std::string& path) const override {
        return directories.contains(core::normalize_path(path));
    }
    std::vector<std::string> glob(const std::string& pattern) const override {
        const auto found = globs.find(pattern);
        if (found != globs.end()) return found->second;
        return exists(pattern) ? std::vector{pattern} : std::vector<std::string>{};
    }
    std::optional<core::account> find_user(const std::string& name) const override {
        const auto found = std::ranges::find(users, name, &core::account::name);
        return found == users.end() ? std::nullopt : std::optional(*found);
    }
    std::optional<core::account> find_user(std::uint32_t id) const override {
        const auto found = std::ranges::find(users, id, &core::account::uid);
        return found == users.end() ? std::nullopt : std::optional(*found);
    }
    std::optional<std::uint32_t> find_group(const std::string& name) const override {
        const auto found = groups.find(name);
        return found == groups.end() ? std::nullopt : std::optional(found->second);
    }
    bool group_exists(std::uint32_t gid) const override {
        return std::ranges::any_of(groups, [gid](const auto& g) { return g.second == gid; });
    }
    std::optional<std::string> home_directory(const std::string& user) const override {
        const auto found = homes.find(user);
        return found == homes.end() ? std::nullopt : std::optional(found->second);
    }
    std::uint32_t current_uid() const override { return uid; }
    std::string node_name() const override { return "box"; }
    core::environment process_environment() const override { return variables; }
    std::string current_directory() const override { return cwd; }
    std::string temporary_directory() const override { return "/tmp"; }
};

}  // namespace ringmaster::test

#include "io/posix_host.hpp"

#include <glob.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <cerrno>
#include <cstdlib>

#include <algorithm>
#include <string_view>

#include "core/text.hpp"
#include "io/posix.hpp"

namespace ringmaster::io {
namespace {

constexpr std::size_t largest_file = std::size_t{256} << 20;

/// Calls one of the get…_r functions with a buffer that grows until the answer fits. Null: not
/// found, or not to be found out.
template <class Record, class Look>
const Record* look_up(Record& record, std::string& buffer, Look look) {
    constexpr std::size_t most = 1 << 20;
    for (buffer.resize(1024);; buffer.resize(buffer.size() * 2)) {
        Record* found = nullptr;
        const int error = look(&record, buffer.data(), buffer.size(), &found);
        if (error == EINTR) continue;
        if (error != ERANGE || buffer.size() >= most) return error == 0 ? found : nullptr;
    }
}

std::vector<std::uint32_t> groups_of(const passwd& entry) {
    int count = 16;
    std::vector<gid_t> groups(static_cast<std::size_t>(count));
    // The first try may only tell how many there are.
    while (::getgrouplist(entry.pw_name, entry.pw_gid, groups.data(), &count) < 0)
        groups.resize(std::max(groups.size() * 2, static_cast<std::size_t>(count)));
    groups.resize(static_cast<std::size_t>(count));
    return {groups.begin(), groups.end()};
}

std::optional<core::account> to_account(const passwd* entry) {
    if (entry == nullptr) return std::nullopt;
    return core::account{entry->pw_name, entry->pw_uid, entry->pw_gid, groups_of(*entry)};
}

bool is_writable_directory(const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode) &&
           ::access(path.c_str(), W_OK | X_OK) == 0;
}

}  // namespace

result<std::string, core::read_failure> posix_host::read_file(const std::string& path) const {
    auto text = read_whole_file(path, largest_file);
    if (text) return {boost::system::in_place_value, *std::move(text)};
    const int error = text.error().value();
    const bool missing = error == ENOENT || error == ENOTDIR;
    return missing ? core::read_failure::missing : core::read_failure::unreadable;
}

bool posix_host::exists(const std::string& path) const {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0;
}

bool posix_host::is_directory(const std::string& path) const {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

std::vector<std::string> posix_host::glob(const std::string& pattern) const {
    glob_t matches{};
    std::vector<std::string> paths;
    if (::glob(pattern.c_str(), GLOB_NOESCAPE | GLOB_NOSORT, nullptr, &matches) == 0)
        paths.assign(matches.gl_pathv, matches.gl_pathv + matches.gl_pathc);
    ::globfree(&matches);
    // glob(3) itself would sort by locale.
    std::ranges::sort(paths);
    return paths;
}

std::optional<core::account> posix_host::find_user(const std::string& name) const {
    passwd record{};
    std::string buffer;
    return to_account(look_up(record, buffer, [&](passwd* r, char* b, std::size_t n, passwd** f) {
        return ::getpwnam_r(name.c_str(), r, b, n, f);
    }));
}

std::optional<core::account> posix_host::find_user(std::uint32_t uid) const {
    passwd record{};
    std::string buffer;
    return to_account(look_up(record, buffer, [&](passwd* r, char* b, std::size_t n, passwd** f) {
        return ::getpwuid_r(uid, r, b, n, f);
    }));
}

std::optional<std::uint32_t> posix_host::find_group(const std::string& name) const {
    group record{};
    std::string buffer;
    const auto* found = look_up(record, buffer, [&](group* r, char* b, std::size_t n, group** f) {
        return ::getgrnam_r(name.c_str(), r, b, n, f);
    });
    return found == nullptr ? std::nullopt : std::optional<std::uint32_t>(found->gr_gid);
}

bool posix_host::group_exists(std::uint32_t gid) const {
    group record{};
    std::string buffer;
    return look_up(record, buffer, [&](group* r, char* b, std::size_t n, group** f) {
               return ::getgrgid_r(gid, r, b, n, f);
           }) != nullptr;
}

std::optional<std::string> posix_host::home_directory(const std::string& user) const {
    const char* home = user.empty() ? ::getenv("HOME") : nullptr;
    if (home != nullptr) return home;
    passwd record{};
    std::string buffer;
    const auto* found = look_up(record, buffer, [&](passwd* r, char* b, std::size_t n, passwd** f) {
        return user.empty() ? ::getpwuid_r(::getuid(), r, b, n, f)
                            : ::getpwnam_r(user.c_str(), r, b, n, f);
    });
    return found == nullptr ? std::nullopt : std::optional<std::string>(found->pw_dir);
}

std::uint32_t posix_host::current_uid() const {
    return ::getuid();
}

std::string posix_host::node_name() const {
    utsname names{};
    return ::uname(&names) == 0 ? names.nodename : "";
}

core::environment posix_host::process_environment() const {
    core::environment out;
    for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const auto equals = text.find('=');
        if (equals != std::string_view::npos)
            out.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return out;
}

std::string posix_host::current_directory() const {
    char* path = ::getcwd(nullptr, 0);
    // The directory may have been removed under us.
    if (path == nullptr) return "/";
    std::string out(path);
    std::free(path);
    return out;
}

std::string posix_host::temporary_directory() const {
    std::vector<std::string> candidates;
    for (const char* name : {"TMPDIR", "TEMP", "TMP"})
        if (const char* value = ::getenv(name); value != nullptr && *value != '\0')
            candidates.emplace_back(value);
    candidates.insert(candidates.end(), {"/tmp", "/var/tmp", "/usr/tmp"});
    const auto found = std::ranges::find_if(candidates, is_writable_directory);
    const auto here = current_directory();
    if (found == candidates.end()) return here;
    return core::normalize_path(core::join_path(here, *found));
}

}  // namespace ringmaster::io

#include "io/privileges.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "io/unique_fd.hpp"

namespace ringmaster::io {
namespace {

result<raised_limit, rlim_t> raise(__rlimit_resource_t resource, rlim_t minimum) {
    struct rlimit limit {};
    if (::getrlimit(resource, &limit) != 0) return raised_limit{};
    if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= minimum) return raised_limit{};
    const rlim_t hard_before = limit.rlim_max;
    limit.rlim_cur = minimum;
    if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < minimum) limit.rlim_max = minimum;
    if (::setrlimit(resource, &limit) != 0) return {boost::system::in_place_error, hard_before};
    return raised_limit{true};
}

}  // namespace

result<void, std::string> become(const core::account& user) {
    if (::getuid() == user.uid) return {};
    if (::getuid() != 0) return std::string("Can't drop privilege as nonroot user");
    if (::setgroups(user.groups.size(), user.groups.data()) != 0) {
        return std::string("Could not set groups of effective user");
    }
    if (::setgid(user.gid) != 0) return std::string("Could not set group id of effective user");
    if (::setuid(user.uid) != 0) return fmt::format("Can't set uid to {}", user.uid);
    return {};
}

result<raised_limit, std::string> require_descriptors(std::uint64_t minimum) {
    const auto raised = raise(RLIMIT_NOFILE, minimum);
    if (raised) return *raised;
    return fmt::format(
        "The minimum number of file descriptors required to run this process is {} as per the "
        "\"minfds\" command-line argument or config file setting. The current environment will "
        "only allow you to open {} file descriptors.  Either raise the number of usable file "
        "descriptors in your environment (see README.rst) or lower the minfds setting in the "
        "config file to allow the process to start.",
        minimum, raised.error());
}

result<raised_limit, std::string> require_processes(std::uint64_t minimum) {
    const auto raised = raise(RLIMIT_NPROC, minimum);
    if (raised) return *raised;
    return fmt::format(
        "The minimum number of available processes required to run this program is {} as per the "
        "\"minprocs\" command-line argument or config file setting. The current environment will "
        "only allow you to open {} processes.  Either raise the number of usable processes in "
        "your environment (see README.rst) or lower the minprocs setting in the config file to "
        "allow the program to start.",
        minimum, raised.error());
}

std::uint64_t take_all_descriptors() {
    struct rlimit limit {};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    const rlim_t soft = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    // Left as it was if that fails; children then have the same limit as we.
    ::setrlimit(RLIMIT_NOFILE, &limit);
    return soft;
}

std::uint64_t descriptor_limit() {
    struct rlimit limit {};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

void presize_descriptor_table(std::uint64_t count) {
    struct rlimit limit {};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur <= 3) return;
    const auto highest = std::min<rlim_t>(count, limit.rlim_cur - 1);
    const unique_fd probe{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
    const unique_fd high{::fcntl(probe.get(), F_DUPFD_CLOEXEC, static_cast<int>(highest))};
}

void keep_inherited_descriptors_to_ourselves() {
    if (::syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC) == 0) return;
    // Kernels before 5.11: one by one.
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", ignored)) {
        const int fd = std::atoi(entry.path().filename().c_str());
        if (fd > 2) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
}

}  // namespace ringmaster::io

#include "io/placement.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <functional>

namespace ringmaster::io {

std::optional<disk_id> disk_of(int log) {
    struct statx info {};
    constexpr int from_memory = AT_EMPTY_PATH | AT_STATX_DONT_SYNC;
    if (::statx(log, "", from_memory, STATX_TYPE, &info) != 0 || !S_ISREG(info.stx_mode)) return {};
    return gnu_dev_makedev(info.stx_dev_major, info.stx_dev_minor);
}

std::size_t placement::choose(std::optional<disk_id> disk, std::string_view log_path) {
    const std::size_t turn = log_path.empty() ? next_++ : std::hash<std::string_view>{}(log_path);
    return (disk ? rank_of(*disk) : 0) * threads_ + turn % threads_;
}

/// 1 … most_disks.
std::size_t placement::rank_of(disk_id disk) {
    const auto found = std::ranges::find(disks_, disk);
    if (found == disks_.end()) {
        if (disks_.size() == most_disks) return 1 + disk % most_disks;
        disks_.push_back(disk);
        return disks_.size();
    }
    return static_cast<std::size_t>(found - disks_.begin()) + 1;
}

}  // namespace ringmaster::io

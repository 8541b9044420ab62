// Which shard of the data plane a stream goes to, so that a disk that hangs holds up only the
// streams that write to it.
//
// write(2) to a regular file waits for its disk. The streams of each file system therefore have
// shards of their own; those that can never wait (a pipe, a terminal, no log) have the first ones.
// Owned by the drain, control thread only. Knows numbers of shards, not shards.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace ringmaster::io {

using disk_id = std::uint64_t;

/// The file system that a write to `log` may wait for; none if it is no regular file. Asks the
/// kernel's memory only, so it answers at once even if the file system is dead.
std::optional<disk_id> disk_of(int log);

class placement {
public:
    /// File systems with shards of their own; further ones share them.
    static constexpr std::size_t most_disks = 15;
    /// Stands for the syslog daemon, which may be waited for like a disk.
    static constexpr std::optional<disk_id> syslog = ~disk_id{0};

    /// `threads`: shards for each file system, and as many for what never waits; at least 1.
    explicit placement(std::size_t threads) : threads_(threads) {}

    /// Below places(). Streams of the same log file get the same place: one thread rotates it.
    std::size_t choose(std::optional<disk_id> disk, std::string_view log_path);
    std::size_t places() const { return threads_ * (1 + most_disks); }

private:
    std::size_t rank_of(disk_id disk);

    std::size_t threads_;
    std::vector<disk_id> disks_;  // in the order in which they were first seen
    std::size_t next_ = 0;
};

}  // namespace ringmaster::io

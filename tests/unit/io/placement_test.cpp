#include "io/placement.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "io/posix.hpp"
#include "unit/io/scratch_dir.hpp"

namespace ringmaster::io {
namespace {

TEST(Placement, StreamsOfOneFileShareAPlace) {
    placement subject(4);
    const auto first = subject.choose(7, "/var/log/a");
    for (int other = 0; other < 10; ++other) {
        (void)subject.choose(8, "/mnt/" + std::to_string(other));
        EXPECT_EQ(subject.choose(7, "/var/log/a"), first);
    }
}

TEST(Placement, EachDiskAndWhatNeverWaitsHavePlacesOfTheirOwn) {
    placement subject(2);
    std::set<std::size_t> seen;
    std::size_t shared = 0;
    const auto claim = [&](std::optional<disk_id> disk) {
        std::set<std::size_t> own;
        for (int file = 0; file < 100; ++file)
            own.insert(subject.choose(disk, "log" + std::to_string(file)));
        EXPECT_EQ(own.size(), 2U);
        for (const auto place : own) {
            EXPECT_LT(place, subject.places());
            shared += seen.insert(place).second ? 0 : 1;
        }
    };
    claim(std::nullopt);
    for (disk_id disk = 100; disk < 100 + placement::most_disks; ++disk) claim(disk);
    EXPECT_EQ(shared, 0U);
}

TEST(Placement, DisksBeyondTheBoundShareThePlacesOfOtherDisks) {
    placement subject(1);
    const auto harmless = subject.choose(std::nullopt, "/dev/stdout");
    for (disk_id disk = 0; disk < 1000; ++disk) {
        const auto place = subject.choose(disk, "log");
        EXPECT_NE(place, harmless);
        EXPECT_LT(place, subject.places());
    }
}

TEST(Placement, StreamsWithoutALogTakeTurns) {
    placement subject(3);
    std::set<std::size_t> seen;
    for (int stream = 0; stream < 3; ++stream) seen.insert(subject.choose(std::nullopt, ""));
    EXPECT_EQ(seen.size(), 3U);
}

TEST(Placement, OnlyRegularFilesAreOnADisk) {
    const scratch_dir dir;
    const auto one = open_file(dir.file("one"), O_WRONLY | O_CREAT);
    const auto two = open_file(dir.file("two"), O_WRONLY | O_CREAT);
    const auto null = open_file("/dev/null", O_WRONLY);
    const auto pipe = make_pipe();
    ASSERT_TRUE(one && two && null && pipe);
    EXPECT_TRUE(disk_of(one->get()));
    EXPECT_EQ(disk_of(one->get()), disk_of(two->get()));
    EXPECT_FALSE(disk_of(null->get()));
    EXPECT_FALSE(disk_of(pipe->write.get()));
    EXPECT_FALSE(disk_of(-1));
}

}  // namespace
}  // namespace ringmaster::io

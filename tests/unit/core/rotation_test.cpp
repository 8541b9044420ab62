#include "core/rotation.hpp"

#include <gtest/gtest.h>

namespace ringmaster::core {
namespace {

TEST(Rotation, IsDueWhenThePositionReachesTheLimit) {
    EXPECT_FALSE(rotation_due(9, 10));
    EXPECT_TRUE(rotation_due(10, 10));
    EXPECT_TRUE(rotation_due(11, 10));
}

TEST(Rotation, IsNeverDueWithoutAPositiveLimit) {
    EXPECT_FALSE(rotation_due(1'000'000, 0));
    EXPECT_FALSE(rotation_due(1'000'000, -1));
}

TEST(Rotation, OfALogWithoutBackupsRenamesNothing) {
    EXPECT_EQ(rename_count(0), 0);
    EXPECT_EQ(rename_count(-3), 0);
}

TEST(Rotation, MovesTheOldestBackupFirstAndTheLiveFileLast) {
    ASSERT_EQ(rename_count(3), 3);
    EXPECT_EQ(nth_rename("a.log", 3, 0).from, "a.log.2");
    EXPECT_EQ(nth_rename("a.log", 3, 0).to, "a.log.3");
    EXPECT_EQ(nth_rename("a.log", 3, 1).from, "a.log.1");
    EXPECT_EQ(nth_rename("a.log", 3, 1).to, "a.log.2");
    EXPECT_EQ(nth_rename("a.log", 3, 2).from, "a.log");
    EXPECT_EQ(nth_rename("a.log", 3, 2).to, "a.log.1");
}

}  // namespace
}  // namespace ringmaster::core

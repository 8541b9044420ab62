#include "io/room_queue.hpp"

#include <gtest/gtest.h>

namespace ringmaster::io {
namespace {

constexpr target_id here{1, 10};
constexpr target_id there{1, 11};

TEST(RoomQueue, OnlyTheFirstOfALineIsToldToGoAhead) {
    room_queue lines;
    EXPECT_TRUE(lines.join(here, 1));
    EXPECT_FALSE(lines.join(here, 2));
    EXPECT_TRUE(lines.join(there, 3)) << "each target has a line of its own";
}

TEST(RoomQueue, WhoComesNextIsAnsweredWhenTheFirstLeaves) {
    room_queue lines;
    for (const stream_id id : {1U, 2U, 3U}) lines.join(here, id);
    EXPECT_EQ(lines.leave(here, 2), std::nullopt) << "the first is still the first";
    EXPECT_EQ(lines.leave(here, 1), 3U);
    EXPECT_FALSE(lines.is_empty(here));
    EXPECT_EQ(lines.leave(here, 3), std::nullopt);
    EXPECT_TRUE(lines.is_empty(here));
}

TEST(RoomQueue, WhoIsInNoLineMayLeave) {
    room_queue lines;
    EXPECT_EQ(lines.leave(here, 1), std::nullopt);
    lines.join(here, 1);
    EXPECT_EQ(lines.leave(here, 2), std::nullopt);
    EXPECT_FALSE(lines.is_empty(here));
}

}  // namespace
}  // namespace ringmaster::io

#include "core/log_range.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace ringmaster::core {
namespace {

constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
const std::string file = "0123456789abcdefghij";

std::string part(byte_range range) {
    return file.substr(static_cast<std::size_t>(range.first),
                       static_cast<std::size_t>(range.second));
}

std::string read(std::int64_t offset, std::int64_t length) {
    return part(read_range(offset, length, static_cast<std::int64_t>(file.size())));
}

std::string tail(std::int64_t offset, std::int64_t length) {
    const auto size = static_cast<std::int64_t>(file.size());
    return part(tail_range(offset, length, size)) +
           (tail_overflows(offset, length, size) ? " overflow" : "");
}

TEST(LogRange, RefusesNegativeLengthsAndNegativeOffsetsWithALength) {
    EXPECT_TRUE(is_readable_range(0, 0));
    EXPECT_TRUE(is_readable_range(5, 1));
    EXPECT_TRUE(is_readable_range(-5, 0));
    EXPECT_FALSE(is_readable_range(0, -1));
    EXPECT_FALSE(is_readable_range(-5, 1));
    EXPECT_FALSE(is_readable_range(-5, -1));
}

TEST(LogRange, ReadsFromTheOffsetOrBackFromTheEnd) {
    EXPECT_EQ(read(0, 0), file);
    EXPECT_EQ(read(15, 0), "fghij");
    EXPECT_EQ(read(2, 3), "234");
    EXPECT_EQ(read(18, 100), "ij");
    EXPECT_EQ(read(20, 0), "");
    EXPECT_EQ(read(25, 5), "");
    EXPECT_EQ(read(-3, 0), "hij");
    EXPECT_EQ(read(-100, 0), file);
    EXPECT_EQ(read(huge, huge), "");
    EXPECT_EQ(read(0, huge), file);
    EXPECT_EQ(read(lowest, 0), file);
}

TEST(LogRange, CarriesOnlySoMuchAtOnceAndKeepsTheEndOfWhatCountsFromIt) {
    constexpr std::int64_t size = 3 * largest_range;
    constexpr byte_range last{2 * largest_range, largest_range};
    EXPECT_EQ(read_range(5, 0, size), byte_range(5, largest_range));
    EXPECT_EQ(read_range(5, huge, size), byte_range(5, largest_range));
    EXPECT_EQ(read_range(lowest, 0, size), last);
    EXPECT_EQ(tail_range(0, huge, size), last);
    EXPECT_FALSE(tail_overflows(0, size, size));
}

/// The table of what Supervisor answers for a file of these 20 bytes.
TEST(LogRange, TailsTheEndOfTheFileWheneverSomethingIsUnread) {
    EXPECT_EQ(tail(0, 0), " overflow");
    EXPECT_EQ(tail(0, 5), "fghij overflow");
    EXPECT_EQ(tail(0, 20), file);
    EXPECT_EQ(tail(0, 100), file);
    EXPECT_EQ(tail(15, 5), "fghij");
    EXPECT_EQ(tail(15, 10), "abcdefghij");
    EXPECT_EQ(tail(18, 5), "fghij");
    EXPECT_EQ(tail(20, 5), "");
    EXPECT_EQ(tail(25, 5), "");
    EXPECT_EQ(tail(30, 0), "");
    EXPECT_EQ(tail(-5, 10), "abcdefghij overflow");
    EXPECT_EQ(tail(0, -5), " overflow");
    EXPECT_EQ(tail(huge, huge), "");
    EXPECT_EQ(tail(lowest, lowest), " overflow");
}

}  // namespace
}  // namespace ringmaster::core

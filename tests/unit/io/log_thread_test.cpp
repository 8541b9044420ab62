// The thread that writes the daemon's log: order, and what a disk that hangs costs.
#include "io/log_thread.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <future>
#include <string>
#include <vector>

namespace ringmaster::io {
namespace {

/// Patience of tests that are not about disks that hang.
constexpr std::chrono::seconds a_minute{60};

/// A disk that hangs until it is let go.
struct disk {
    std::promise<void> gate;
    std::shared_future<void> open = gate.get_future().share();
    std::string written;

    log_thread::writer writer() {
        return [this](std::string_view lines) {
            open.wait();
            written += lines;
            return false;
        };
    }
};

TEST(LogThread, WritesInTheOrderInWhichLinesAndWorkCame) {
    std::string seen;
    const auto writer = [&seen](std::string_view lines) {
        seen += lines;
        return false;
    };
    auto thread = log_thread::start(writer, a_minute);
    ASSERT_TRUE(thread);
    std::string expected;
    for (int i = 0; i < 1000; ++i) {
        const auto line = std::to_string(i) + '\n';
        EXPECT_TRUE((*thread)->put(line));
        expected += line;
        if (i % 100 != 0) continue;
        (*thread)->run([&seen] { seen += "work\n"; });
        expected += "work\n";
    }
    EXPECT_TRUE((*thread)->settle());
    EXPECT_EQ(seen, expected);
}

TEST(LogThread, WritesEverythingBeforeItEnds) {
    std::string seen;
    const auto writer = [&seen](std::string_view lines) {
        seen += lines;
        return false;
    };
    auto thread = log_thread::start(writer, a_minute);
    ASSERT_TRUE(thread);
    EXPECT_TRUE((*thread)->put("last words\n"));
    thread->reset();
    EXPECT_EQ(seen, "last words\n");
}

TEST(LogThread, WhatAReaderDidNotTakeIsOfferedAgainAlsoAtTheEnd) {
    int offers = 0;
    auto thread = log_thread::start([&offers](std::string_view) { return ++offers < 4; }, a_minute);
    ASSERT_TRUE(thread);
    EXPECT_TRUE((*thread)->put("line\n"));
    thread->reset();
    EXPECT_EQ(offers, 4);
}

TEST(LogThread, ARecordLargerThanTheRoomIsTakenWhenNothingElseWaits) {
    std::size_t seen = 0;
    const auto writer = [&seen](std::string_view lines) {
        seen += lines.size();
        return false;
    };
    auto thread = log_thread::start(writer, a_minute);
    ASSERT_TRUE(thread);
    EXPECT_TRUE((*thread)->put(std::string(2 * log_thread::room, 'x')));
    EXPECT_TRUE((*thread)->settle());
    EXPECT_EQ(seen, 2 * log_thread::room);
}

TEST(LogThread, ADiskThatHangsIsGivenUpAndCatchesUpWhenItIsBack) {
    disk slow;
    auto thread = log_thread::start(slow.writer());
    ASSERT_TRUE(thread);
    const std::string line(log_thread::room / 4 - 1, 'x');
    std::string expected;
    int taken = 0;
    while ((*thread)->put(line + '\n')) {
        ++taken;
        expected += line + '\n';
    }
    EXPECT_EQ(taken, 4) << "the room";
    EXPECT_FALSE((*thread)->settle());
    slow.gate.set_value();
    while (!(*thread)->settle()) {
    }
    EXPECT_EQ(slow.written, expected);
    EXPECT_TRUE((*thread)->put("on\n"));
    EXPECT_TRUE((*thread)->settle());
    EXPECT_TRUE(slow.written.ends_with("on\n"));
}

}  // namespace
}  // namespace ringmaster::io

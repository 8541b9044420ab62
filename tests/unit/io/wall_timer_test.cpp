#include "io/wall_timer.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>

namespace ringmaster::io {
namespace {

std::int64_t wall_now() {
    return std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
}

TEST(WallTimer, RingsOnceAndNotBeforeItsTime) {
    asio::io_context control;
    wall_timer timer(control.get_executor());
    const auto when = wall_now() + 1;
    int rung = 0;
    ASSERT_FALSE(timer.ring_at(when, [&] {
        ++rung;
        EXPECT_GE(wall_now(), when);
    }));
    control.run();  // ends: nothing is waited for any more
    EXPECT_EQ(rung, 1);
}

TEST(WallTimer, RingsAtOnceForATimeThatIsOver) {
    asio::io_context control;
    wall_timer timer(control.get_executor());
    int rung = 0;
    ASSERT_FALSE(timer.ring_at(wall_now() - 1000, [&] { ++rung; }));
    control.run();
    EXPECT_EQ(rung, 1);
}

TEST(WallTimer, ALaterWishReplacesAnEarlierOne) {
    asio::io_context control;
    wall_timer timer(control.get_executor());
    std::string rung;
    ASSERT_FALSE(timer.ring_at(wall_now() + 1000, [&] { rung += "first"; }));
    ASSERT_FALSE(timer.ring_at(wall_now() - 1, [&] { rung += "second"; }));
    control.run();
    EXPECT_EQ(rung, "second");
}

TEST(WallTimer, ACancelledOneIsQuietAndCanBeUsedAgain) {
    asio::io_context control;
    wall_timer timer(control.get_executor());
    int rung = 0;
    ASSERT_FALSE(timer.ring_at(wall_now() + 1000, [&] { ++rung; }));
    timer.cancel();
    control.run();
    EXPECT_EQ(rung, 0);
    control.restart();
    ASSERT_FALSE(timer.ring_at(wall_now() - 1, [&] { ++rung; }));
    control.run();
    EXPECT_EQ(rung, 1);
}

}  // namespace
}  // namespace ringmaster::io

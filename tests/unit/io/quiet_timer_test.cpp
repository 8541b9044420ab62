#include "io/quiet_timer.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <string>

namespace ringmaster::io {
namespace {

using namespace std::chrono_literals;

/// How many timers of this process the kernel will let ring.
int armed_timers() {
    int armed = 0;
    for (const auto& each : std::filesystem::directory_iterator("/proc/self/fdinfo")) {
        std::ifstream file(each.path());
        for (std::string line; std::getline(file, line);) {
            armed += line.starts_with("it_value:") && line != "it_value: (0, 0)" ? 1 : 0;
        }
    }
    return armed;
}

TEST(QuietTimer, RingsOnceAndNotBeforeItsTime) {
    asio::io_context control;
    quiet_timer timer(control.get_executor());
    const auto due = std::chrono::steady_clock::now() + 20ms;
    int rung = 0;
    ASSERT_FALSE(timer.ring_after(20ms, [&] {
        ++rung;
        EXPECT_GE(std::chrono::steady_clock::now(), due);
    }));
    control.run();  // ends: nothing is waited for any more
    EXPECT_EQ(rung, 1);
}

TEST(QuietTimer, OneThatIsCancelledIsDisarmedAndCanBeUsedAgain) {
    asio::io_context control;
    quiet_timer timer(control.get_executor());
    const int others = armed_timers();
    int rung = 0;
    ASSERT_FALSE(timer.ring_after(1h, [&] { ++rung; }));
    EXPECT_EQ(armed_timers(), others + 1);
    timer.cancel();
    EXPECT_EQ(armed_timers(), others);
    control.run();
    EXPECT_EQ(rung, 0);
    control.restart();
    ASSERT_FALSE(timer.ring_after(1ms, [&] { ++rung; }));
    control.run();
    EXPECT_EQ(rung, 1);
}

TEST(QuietTimer, ALaterWishReplacesAnEarlierOne) {
    asio::io_context control;
    quiet_timer timer(control.get_executor());
    std::string rung;
    ASSERT_FALSE(timer.ring_after(1h, [&] { rung += "first"; }));
    ASSERT_FALSE(timer.ring_after(1ms, [&] { rung += "second"; }));
    control.run();
    EXPECT_EQ(rung, "second");
}

TEST(QuietTimer, MayBeSetAgainWhileItRings) {
    asio::io_context control;
    quiet_timer timer(control.get_executor());
    int rung = 0;
    ASSERT_FALSE(timer.ring_after(1ms, [&] {
        ++rung;
        ASSERT_FALSE(timer.ring_after(1ms, [&] { ++rung; }));
    }));
    control.run();
    EXPECT_EQ(rung, 2);
}

TEST(QuietTimer, OneThatIsGoneNeverRings) {
    asio::io_context control;
    int rung = 0;
    {
        quiet_timer timer(control.get_executor());
        ASSERT_FALSE(timer.ring_after(1ms, [&] { ++rung; }));
    }
    control.run();
    EXPECT_EQ(rung, 0);
}

}  // namespace
}  // namespace ringmaster::io

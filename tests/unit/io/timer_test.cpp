#include "io/timer.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

#include "io/task_group.hpp"

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

class Timer : public ::testing::Test {
protected:
    asio::io_context control;
    const asio::any_io_executor loop = control.get_executor();
    std::string rung;

    std::function<void()> note(char what) {
        return [this, what] { rung += what; };
    }
};

TEST_F(Timer, RingsOnceAndNotBeforeItsTime) {
    timer subject(loop);
    const auto due = timer::clock::now() + 20ms;
    subject.ring_at(due, [&] {
        rung += 'a';
        EXPECT_GE(timer::clock::now(), due);
        EXPECT_FALSE(subject.is_set());
    });
    control.run();  // ends: nothing is waited for any more
    EXPECT_EQ(rung, "a");
    EXPECT_EQ(armed_timers(), 0);
}

TEST_F(Timer, ATimeThatIsOverRingsFromTheLoop) {
    timer subject(loop);
    subject.ring_at(timer::clock::now() - 1h, note('a'));
    subject.ring_at({}, note('b'));
    EXPECT_EQ(rung, "");
    control.run();
    EXPECT_EQ(rung, "b");
}

TEST_F(Timer, ManyRingInTheOrderOfTheirTimesWhateverTheOrderTheyWereSetIn) {
    timer a(loop);
    timer b(loop);
    timer c(loop);
    timer d(loop);
    const auto now = timer::clock::now();
    c.ring_at(now + 3ms, note('c'));
    a.ring_at(now + 1ms, note('a'));
    d.ring_at(now + 3ms, note('d'));
    b.ring_at(now + 2ms, note('b'));
    control.run();
    EXPECT_EQ(rung, "abcd");
}

TEST_F(Timer, OneThatIsCancelledLeavesNothingArmedAndCanBeUsedAgain) {
    timer subject(loop);
    subject.ring_after(1h, note('a'));
    EXPECT_TRUE(subject.is_set());
    EXPECT_EQ(armed_timers(), 1);
    subject.cancel();
    EXPECT_FALSE(subject.is_set());
    EXPECT_EQ(armed_timers(), 0);
    control.run();
    EXPECT_EQ(rung, "");
    control.restart();
    subject.ring_after(1ms, note('b'));
    control.run();
    EXPECT_EQ(rung, "b");
}

TEST_F(Timer, OneThatIsGoneNeverRingsAndTheOthersDo) {
    timer later(loop);
    {
        timer gone(loop);
        gone.ring_after(1ms, note('a'));
        later.ring_after(2ms, note('b'));
    }
    control.run();
    EXPECT_EQ(rung, "b");
}

TEST_F(Timer, ALaterWishReplacesAnEarlierOne) {
    timer subject(loop);
    subject.ring_after(1h, note('a'));
    subject.ring_after(1ms, note('b'));
    control.run();
    EXPECT_EQ(rung, "b");
}

TEST_F(Timer, OneThatWasDueAlreadyDoesNotRingWhenItIsCancelled) {
    timer first(loop);
    timer second(loop);
    const auto over = timer::clock::now() - 1s;
    first.ring_at(over, [&] {
        rung += 'a';
        second.cancel();
    });
    second.ring_at(over, note('b'));
    control.run();
    EXPECT_EQ(rung, "a");
}

TEST_F(Timer, MayBeSetAgainWhileItRings) {
    timer subject(loop);
    subject.ring_after(1ms, [&] {
        rung += 'a';
        subject.ring_after(1ms, note('b'));
    });
    control.run();
    EXPECT_EQ(rung, "ab");
}

TEST_F(Timer, OneThatIsSetToATimeThatIsOverWhileItRingsLetsOthersHaveTheirTurn) {
    timer subject(loop);
    subject.ring_after(1ms, [&] {
        rung += 'a';
        asio::post(loop, note('b'));
        subject.ring_at({}, note('c'));
    });
    control.run();
    EXPECT_EQ(rung, "abc");
}

TEST_F(Timer, WhatATimerRingsForMayOwnIt) {
    auto subject = std::make_shared<timer>(loop);
    timer& borrowed = *subject;
    borrowed.ring_after(1h, [subject = std::move(subject)] {});
    borrowed.cancel();
    EXPECT_EQ(armed_timers(), 0);
}

TEST_F(Timer, MayBeDestroyedWhileItRings) {
    auto subject = std::make_unique<timer>(loop);
    subject->ring_after(1ms, [&] {
        rung += 'a';
        subject.reset();
    });
    control.run();
    EXPECT_EQ(rung, "a");
}

TEST_F(Timer, TimersMayOutliveTheWorkOfTheirLoopButNotTheLoop) {
    std::optional<asio::io_context> own(std::in_place);
    auto subject = std::make_shared<timer>(own->get_executor());
    // Owned by what waits for it, as a task may own its timers.
    subject->ring_after(1h, [subject] {});
    asio::post(*own, [subject] {});
    subject.reset();
    own.reset();
}

TEST_F(Timer, ATaskSleepsAndIsWokenEarlyWhenItIsToStop) {
    task_group tasks(loop, [](const std::string&, std::exception_ptr) { ADD_FAILURE(); });
    auto sleep = [](std::string& told, timer::clock::duration time) -> task<> {
        told += co_await sleep_for(time) ? "slept " : "stopped ";
    };
    tasks.spawn("short", sleep(rung, 1ms));
    control.run();
    EXPECT_EQ(rung, "slept ");
    tasks.spawn("long", sleep(rung, 1h));
    tasks.request_stop();
    control.restart();
    control.run();
    EXPECT_EQ(rung, "slept stopped ");
    EXPECT_EQ(tasks.size(), 0U);
}

}  // namespace
}  // namespace ringmaster::io

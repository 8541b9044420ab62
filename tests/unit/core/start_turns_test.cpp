// start_concurrency: the line itself, and the supervisor that keeps it.

#include "core/start_turns.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "core/supervisor.hpp"

namespace ringmaster::core {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(StartTurns, WhoWaitsLongestComesFirstAndAnyoneMayLeave) {
    start_turns line;
    line.limit(2);
    for (const process_id id : {7U, 5U, 9U, 7U}) line.join(id);
    EXPECT_EQ(line.size(), 3U);
    EXPECT_EQ(line.next(1), 7U);
    EXPECT_EQ(line.next(2), std::nullopt);
    line.leave(7);
    line.leave(5);
    line.leave(5);
    EXPECT_EQ(line.next(0), 9U);
}

/// A group "g" of programs p0, p1, … that become RUNNING after a second.
class BoundedStarts : public ::testing::Test {
protected:
    void open(int programs, std::size_t at_once) {
        group_config group;
        group.name = "g";
        for (int i = 0; i < programs; ++i) {
            process_config config;
            config.name = fmt::format("p{}", i);
            config.autorestart = autorestart_mode::always;
            group.processes.push_back(std::move(config));
        }
        subject.limit_starts(at_once);
        subject.add_group(std::move(group), now);
        ids = subject.find_group("g")->members;
    }
    /// Launches that were asked for since the last call.
    std::vector<process_id> launches() {
        std::vector<process_id> asked;
        for (const auto& each : subject.effects()) {
            if (std::holds_alternative<launch_effect>(each.what)) asked.push_back(each.process);
        }
        subject.effects().clear();
        return asked;
    }
    void pass(std::chrono::seconds time) {
        now.mono += time;
        subject.wake(now);
    }
    process_state state(std::size_t i) { return subject.find(ids[i])->state(); }

    instant now{time_point{} + 1h, 1000};
    supervisor subject;
    std::vector<process_id> ids;
};

TEST_F(BoundedStarts, OnlySoManyAreUnderWayAtOnceInOrder) {
    open(5, 2);
    subject.begin(now);
    EXPECT_THAT(launches(), ElementsAre(ids[0], ids[1]));
    for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(state(i), process_state::starting);
    subject.launched(ids[0], 100, now);
    EXPECT_THAT(launches(), IsEmpty()) << "having a pid is not being up";
    pass(1s);
    EXPECT_EQ(state(0), process_state::running);
    EXPECT_THAT(launches(), ElementsAre(ids[2]));
    subject.launch_failed(ids[1], "can't find command 'x'", now);
    EXPECT_THAT(launches(), ElementsAre(ids[3]))
        << "one that waits to be retried is in nobody's way";
}

TEST_F(BoundedStarts, WithoutABoundNobodyWaits) {
    open(5, 0);
    subject.begin(now);
    EXPECT_EQ(launches().size(), 5U);
}

TEST_F(BoundedStarts, WhatIsStartedByNameOrRestartsDoesNotWait) {
    open(4, 1);
    subject.start(ids[3], now);
    subject.start(ids[2], now);
    EXPECT_THAT(launches(), ElementsAre(ids[3], ids[2]));
    subject.launched(ids[3], 100, now);
    pass(1s);
    for (const auto id : {ids[0], ids[1]}) subject.start_in_turn(id, now);
    EXPECT_THAT(launches(), IsEmpty());
    subject.exited(ids[3], {}, now);
    EXPECT_THAT(launches(), ElementsAre(ids[3]));
}

TEST_F(BoundedStarts, AStopTakesItsPlaceAway) {
    open(3, 1);
    subject.begin(now);
    launches();
    subject.stop(ids[1], now);
    EXPECT_EQ(state(1), process_state::stopped);
    EXPECT_EQ(subject.find(ids[1])->spawnerr(), "not started: stopped before its turn");
    subject.launched(ids[0], 100, now);
    pass(1s);
    EXPECT_THAT(launches(), ElementsAre(ids[2]));
}

TEST_F(BoundedStarts, AShutdownEndsTheWaitingAtOnce) {
    open(3, 1);
    subject.begin(now);
    launches();
    subject.request(daemon_state::shutdown, now);
    EXPECT_EQ(state(1), process_state::stopped);
    EXPECT_EQ(state(2), process_state::stopped);
    subject.launch_failed(ids[0], "x", now);
    EXPECT_TRUE(subject.finished());
    EXPECT_THAT(launches(), IsEmpty());
}

}  // namespace
}  // namespace ringmaster::core

// A shutdown's order: priorities, and stop_concurrency among groups of equal priority.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/supervisor.hpp"

namespace ringmaster::core {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Groups of one RUNNING process each.
class StopOrder : public ::testing::Test {
protected:
    void run(const std::string& name, int priority) {
        group_config group;
        group.name = name;
        group.priority = priority;
        process_config config;
        config.name = name;
        config.startsecs = 0;
        config.autorestart = autorestart_mode::never;
        group.processes.push_back(std::move(config));
        subject.add_group(std::move(group), now);
        subject.start(id(name), now);
        subject.launched(id(name), 100 + static_cast<int>(id(name)), now);
    }
    process_id id(const std::string& name) { return subject.find_group(name)->members.front(); }
    void die(const std::string& name) { subject.exited(id(name), {}, now); }
    /// Whom signals were sent to since the last call.
    std::vector<std::string> signalled() {
        std::vector<std::string> names;
        for (const auto& each : subject.effects()) {
            if (std::holds_alternative<signal_effect>(each.what))
                names.push_back(subject.find(each.process)->config().name);
        }
        subject.effects().clear();
        return names;
    }
    void shut_down() { subject.request(daemon_state::shutdown, now); }

    instant now{time_point{} + 1h, 1000};
    supervisor subject;
};

TEST_F(StopOrder, OneGroupAfterTheOtherUnlessAsked) {
    run("first", 1);
    run("a", 999);
    run("b", 999);
    shut_down();
    EXPECT_THAT(signalled(), ElementsAre("b"));
    die("b");
    EXPECT_THAT(signalled(), ElementsAre("a"));
    die("a");
    EXPECT_THAT(signalled(), ElementsAre("first"));
    EXPECT_FALSE(subject.finished());
    die("first");
    EXPECT_TRUE(subject.finished());
    EXPECT_FALSE(subject.next_deadline());
}

/// Two groups may stop at once, or any number.
class StopOrderWithRoom : public StopOrder, public ::testing::WithParamInterface<std::size_t> {};

TEST_P(StopOrderWithRoom, GroupsOfOnePriorityStopTogetherAndAnotherPriorityWaitsForAll) {
    subject.limit_stops(GetParam());
    run("first", 1);
    run("a", 999);
    run("b", 999);
    shut_down();
    EXPECT_THAT(signalled(), ElementsAre("b", "a"));
    die("a");
    EXPECT_THAT(signalled(), IsEmpty());
    die("b");
    EXPECT_THAT(signalled(), ElementsAre("first"));
    die("first");
    EXPECT_TRUE(subject.finished());
}

INSTANTIATE_TEST_SUITE_P(Bounds, StopOrderWithRoom, ::testing::Values(0, 2));

TEST_F(StopOrder, AsManyGroupsAsAllowedStopAtOnce) {
    subject.limit_stops(2);
    for (const char* const name : {"a", "b", "c", "d"}) run(name, 5);
    die("d");
    (void)signalled();
    shut_down();
    EXPECT_THAT(signalled(), ElementsAre("c", "b"))
        << "a group without a living process has no turn";
    die("b");
    EXPECT_THAT(signalled(), ElementsAre("a"));
    die("a");
    die("c");
    EXPECT_TRUE(subject.finished());
}

TEST_F(StopOrder, WhoCannotBeSignalledOrOnlyWaitsGivesItsTurnOn) {
    subject.limit_stops(2);
    for (const char* const name : {"a", "b", "c", "d"}) run(name, 5);
    subject.exited(id("d"), {}, now);
    subject.start(id("d"), now);
    subject.launch_failed(id("d"), "can't find command 'd'", now);
    ASSERT_EQ(subject.find(id("d"))->state(), process_state::backoff);
    (void)signalled();
    shut_down();
    EXPECT_EQ(subject.find(id("d"))->state(), process_state::fatal);
    EXPECT_THAT(signalled(), ElementsAre("c", "b"));
    subject.signal_failed(id("c"), signal_effect{15, false, true}, 1,
                          "[Errno 1] Operation not permitted", now);
    ASSERT_EQ(subject.find(id("c"))->state(), process_state::unknown);
    EXPECT_THAT(signalled(), ElementsAre("a"));
}

TEST_F(StopOrder, AGroupThatAClientStopsTakesItsTurnAllTheSame) {
    for (const char* const name : {"a", "b"}) run(name, 5);
    subject.stop(id("b"), now);
    EXPECT_THAT(signalled(), ElementsAre("b"));
    shut_down();
    EXPECT_THAT(signalled(), IsEmpty()) << "b has its signal, and a waits for it";
    die("b");
    EXPECT_THAT(signalled(), ElementsAre("a"));
}

TEST_F(StopOrder, ADeathBeforeItsGroupsTurnGivesNobodyElseATurn) {
    for (const char* const name : {"a", "b", "c"}) run(name, 5);
    shut_down();
    EXPECT_THAT(signalled(), ElementsAre("c"));
    die("b");
    EXPECT_THAT(signalled(), IsEmpty());
    die("c");
    EXPECT_THAT(signalled(), ElementsAre("a"));
}

}  // namespace
}  // namespace ringmaster::core

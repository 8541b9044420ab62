#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/rpc/fake_daemon.hpp"

namespace ringmaster::rpc {
namespace {

TEST(ReloadConfig, AnswersThreeListsInAnArrayOfOne) {
    fake_daemon daemon;
    daemon.port.reread = core::config_difference{{"new", "newer"}, {"other"}, {}};
    EXPECT_EQ(daemon.ask("supervisor.reloadConfig"), "[[['new', 'newer'], ['other'], []]]");
}

TEST(ReloadConfig, TellsWhatIsWrongWithTheConfiguration) {
    fake_daemon daemon;
    daemon.port.reread = std::string("no such section");
    EXPECT_EQ(daemon.ask("supervisor.reloadConfig"), "fault 92 CANT_REREAD: no such section");
}

TEST(Groups, AreAddedAndRemovedByName) {
    fake_daemon daemon;
    EXPECT_EQ(daemon.ask("supervisor.addProcessGroup", {text("a")}), "true");
    EXPECT_EQ(daemon.ask("supervisor.removeProcessGroup", {text("b")}), "true");
    EXPECT_THAT(daemon.port.changed_groups, testing::ElementsAre("+a", "-b"));
}

TEST(Groups, FaultsSayWhyTheyDoNotChange) {
    fake_daemon daemon;
    const auto add = [&] { return daemon.ask("supervisor.addProcessGroup", {text("a:*")}); };
    const auto remove = [&] { return daemon.ask("supervisor.removeProcessGroup", {text("a")}); };
    daemon.port.group_answer = group_change::unknown;
    EXPECT_EQ(add(), "fault 10 BAD_NAME: a:*");
    EXPECT_EQ(remove(), "fault 10 BAD_NAME: a");
    daemon.port.group_answer = group_change::refused;
    EXPECT_EQ(add(), "fault 90 ALREADY_ADDED: a:*");
    EXPECT_EQ(remove(), "fault 91 STILL_RUNNING: a");
    daemon.port.group_answer = group_change::failed;
    EXPECT_EQ(add(), "fault 30 FAILED: a:*");
}

}  // namespace
}  // namespace ringmaster::rpc

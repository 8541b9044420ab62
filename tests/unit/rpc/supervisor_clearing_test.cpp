#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/rpc/fake_daemon.hpp"

namespace ringmaster::rpc {
namespace {

class Clearing : public testing::Test {
protected:
    Clearing() {
        daemon.add_group("late", {"x"}, 5);
        daemon.add_group("early", {"a", "b"}, 1);
    }
    fake_daemon daemon;
};

TEST_F(Clearing, OfOneProcessTakesNoWholeGroup) {
    EXPECT_EQ(daemon.ask("supervisor.clearProcessLogs", {text("early:a")}), "true");
    EXPECT_EQ(daemon.ask("supervisor.clearProcessLog", {text("late:x")}), "true");
    EXPECT_EQ(daemon.ask("supervisor.clearProcessLogs", {text("early:*")}),
              "fault 10 BAD_NAME: early:*");
    EXPECT_THAT(daemon.port.cleared,
                testing::ElementsAre(daemon.id("early", "a"), daemon.id("late", "x")));
}

TEST_F(Clearing, OfAllGoesByPriorityAndTellsWhatFailed) {
    daemon.port.clear_errors.insert(daemon.id("early", "b"));
    EXPECT_EQ(daemon.ask("supervisor.clearAllProcessLogs"),
              "[{name: 'a', group: 'early', status: 80, description: 'OK'}, "
              "{name: 'b', group: 'early', status: 30, description: 'FAILED: early:b'}, "
              "{name: 'x', group: 'late', status: 80, description: 'OK'}]");
    EXPECT_EQ(daemon.ask("supervisor.clearProcessLogs", {text("early:b")}),
              "fault 30 FAILED: early:b");
}

TEST_F(Clearing, OfTheMainLogNeedsAFile) {
    EXPECT_EQ(daemon.ask("supervisor.clearLog"), "true");
    daemon.port.main_log_clears = clear_outcome::missing;
    EXPECT_EQ(daemon.ask("supervisor.clearLog"), "fault 20 NO_FILE");
    daemon.port.main_log_clears = clear_outcome::failed;
    EXPECT_EQ(daemon.ask("supervisor.clearLog"), "fault 30 FAILED");
}

class SendProcessStdin : public testing::Test {
protected:
    SendProcessStdin() { daemon.add_group("cat", {"cat"}); }
    std::string send(value name, value chars) {
        return daemon.ask("supervisor.sendProcessStdin", {std::move(name), std::move(chars)});
    }
    fake_daemon daemon;
};

TEST_F(SendProcessStdin, PassesTheTextOnAsItIs) {
    daemon.run(daemon.id("cat", "cat"), 100);
    EXPECT_EQ(send(text("cat"), text("na\xc3\xafve\n")), "true");
    EXPECT_EQ(send(text("cat"), text("")), "true");
    EXPECT_EQ(daemon.port.inputs[daemon.id("cat", "cat")], "na\xc3\xafve\n");
}

TEST_F(SendProcessStdin, ChecksTextThenNameThenProcess) {
    EXPECT_EQ(send(text("nope"), number(1)), "fault 2 INCORRECT_PARAMETERS: 1");
    EXPECT_EQ(send(text("nope"), text("x")), "fault 10 BAD_NAME: nope");
    EXPECT_EQ(send(text("cat:*"), text("x")), "fault 10 BAD_NAME: cat:*");
    EXPECT_EQ(send(text("cat"), text("x")), "fault 70 NOT_RUNNING: cat");
}

TEST_F(SendProcessStdin, IsRefusedWhileTheProcessIsBeingStopped) {
    daemon.run(daemon.id("cat", "cat"), 100);
    daemon.port.stop(daemon.id("cat", "cat"));
    EXPECT_EQ(send(text("cat"), text("x")), "fault 70 NOT_RUNNING: cat");
}

TEST_F(SendProcessStdin, TellsAboutPipesThatTakeNothing) {
    daemon.run(daemon.id("cat", "cat"), 100);
    daemon.port.input_answer = input_outcome::closed;
    EXPECT_EQ(send(text("cat"), text("x")), "fault 20 NO_FILE: cat");
    daemon.port.input_answer = input_outcome::full;
    EXPECT_EQ(send(text("cat"), text("x")), "fault 30 FAILED: cat does not read its stdin");
}

}  // namespace
}  // namespace ringmaster::rpc

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "unit/rpc/fake_daemon.hpp"

namespace ringmaster::rpc {
namespace {

using core::process_state;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

class SupervisorControl : public testing::Test {
protected:
    SupervisorControl() {
        daemon.add_group("cat", {"cat"});
        daemon.add_group("mix", {"a", "b", "c"}, 5);
        cat = daemon.id("cat", "cat");
        a = daemon.id("mix", "a");
        b = daemon.id("mix", "b");
        c = daemon.id("mix", "c");
    }

    process_state state(process_id id) const { return daemon.port.fleet.find(id)->state(); }
    auto start(const std::string& name) {
        return daemon.begin("supervisor.startProcess", {text(name)});
    }
    auto stop(const std::string& name) {
        return daemon.begin("supervisor.stopProcess", {text(name)});
    }
    std::string start_at_once(const std::string& name) {
        return daemon.ask("supervisor.startProcess", {text(name), truth(false)});
    }
    std::string stop_at_once(const std::string& name) {
        return daemon.ask("supervisor.stopProcess", {text(name), truth(false)});
    }
    /// UNKNOWN: a signal could not be sent.
    void lose(process_id id) {
        daemon.run(id, 100);
        daemon.port.fleet.stop(id, daemon.port.now);
        daemon.port.fleet.signal_failed(id, {15, false, true}, 1, "EPERM", daemon.port.now);
        daemon.port.fleet.exited(id, {}, daemon.port.now);
    }

    fake_daemon daemon;
    process_id cat, a, b, c;
};

/// One entry of a result list.
std::string entry(const std::string& group, const std::string& name, int status = 80,
                  const std::string& description = "OK") {
    return fmt::format("{{name: '{}', group: '{}', status: {}, description: '{}'}}", name, group,
                       status, description);
}

std::string list(const std::vector<std::string>& entries) {
    std::string all;
    for (const auto& each : entries) all += (all.empty() ? "" : ", ") + each;
    return "[" + all + "]";
}

// -- startProcess ---------------------------------------------------------------------------------

TEST_F(SupervisorControl, StartAnswersWhenTheProcessIsRunning) {
    const auto talk = start("cat");
    EXPECT_EQ(talk->shown(), "...");
    daemon.launched(cat, 100);
    EXPECT_EQ(talk->shown(), "...");
    daemon.pass(seconds(1));
    EXPECT_EQ(talk->shown(), "true");
    EXPECT_EQ(daemon.port.waiting(), 0U);
}

TEST_F(SupervisorControl, StartReportsTheFirstFailedAttempt) {
    const auto talk = start("cat");
    daemon.launched(cat, 100);
    daemon.exited(cat, 1);
    EXPECT_EQ(state(cat), process_state::backoff);
    EXPECT_EQ(talk->shown(), "fault 50 SPAWN_ERROR: cat");
}

TEST_F(SupervisorControl, StartReportsAChildThatCouldNotBeMade) {
    const auto talk = start("mix:a");
    daemon.launch_failed(a, "too many open files to spawn 'a'");
    EXPECT_EQ(talk->shown(), "fault 50 SPAWN_ERROR: mix:a");
}

TEST_F(SupervisorControl, StartReportsThatSomebodyStoppedTheProcessMeanwhile) {
    const auto talk = start("cat");
    daemon.launched(cat, 100);
    EXPECT_EQ(stop_at_once("cat"), "true");
    EXPECT_EQ(talk->shown(), "fault 40 ABNORMAL_TERMINATION: cat");
}

TEST_F(SupervisorControl, AStopThatOvertakesTheLaunchEndsTheStart) {
    const auto starting = start("cat");
    const auto stopping = stop("cat");
    EXPECT_EQ(starting->shown(), "...");
    daemon.launched(cat, 100);
    EXPECT_EQ(starting->shown(), "fault 40 ABNORMAL_TERMINATION: cat");
    EXPECT_EQ(stopping->shown(), "...");
    daemon.exited(cat);
    EXPECT_EQ(stopping->shown(), "true");
}

TEST_F(SupervisorControl, WithoutStartsecsAProcessCountsAsStartedEvenIfItIsGoneAtOnce) {
    daemon.add_group("quick", {"quick"}, 1, 0);
    const auto quick = daemon.id("quick", "quick");
    const auto talk = start("quick");
    daemon.launched(quick, 100);
    EXPECT_EQ(talk->shown(), "true");
    daemon.exited(quick, 1);
}

TEST_F(SupervisorControl, WithoutWaitStartAnswersWhenTheChildIsMade) {
    const auto talk = daemon.begin("supervisor.startProcess", {text("cat"), number(0)});
    EXPECT_EQ(talk->shown(), "...");
    daemon.launched(cat, 100);
    EXPECT_EQ(talk->shown(), "true");
    EXPECT_EQ(state(cat), process_state::starting);
}

TEST_F(SupervisorControl, WithoutWaitStartStillReportsAChildThatCouldNotBeMade) {
    const auto talk = daemon.begin("supervisor.startProcess", {text("cat"), text("")});
    daemon.launch_failed(cat, "unknown error during fork for 'cat': ENOMEM");
    EXPECT_EQ(talk->shown(), "fault 50 SPAWN_ERROR: cat");
}

TEST_F(SupervisorControl, StartRefusesARunningProcess) {
    daemon.run(cat, 100);
    EXPECT_EQ(start_at_once("cat"), "fault 60 ALREADY_STARTED: cat");
    daemon.port.start(a);
    daemon.launched(a, 101);
    daemon.exited(a, 1);
    EXPECT_EQ(state(a), process_state::backoff);
    EXPECT_EQ(start_at_once("mix:a"), "fault 60 ALREADY_STARTED: mix:a");
}

TEST_F(SupervisorControl, StartChecksTheCommandEvenOfARunningProcess) {
    daemon.run(cat, 100);
    daemon.port.problems[cat] = {true, "can't find command '/nope'"};
    EXPECT_EQ(start_at_once("cat"), "fault 20 NO_FILE: can't find command '/nope'");
    daemon.port.problems[cat] = {false, "command at '/etc' is a directory"};
    EXPECT_EQ(start_at_once("cat"), "fault 21 NOT_EXECUTABLE: command at '/etc' is a directory");
}

TEST_F(SupervisorControl, StartRefusesAnUnknownState) {
    lose(cat);
    ASSERT_EQ(state(cat), process_state::unknown);
    EXPECT_EQ(start_at_once("cat"), "fault 30 FAILED: cat is in an unknown process state");
}

TEST_F(SupervisorControl, StartOfAStoppingProcessEndsAbnormally) {
    daemon.run(cat, 100);
    EXPECT_EQ(stop_at_once("cat"), "true");
    EXPECT_EQ(start("cat")->shown(), "fault 40 ABNORMAL_TERMINATION: cat");
    EXPECT_EQ(start_at_once("cat"), "true");
    EXPECT_EQ(state(cat), process_state::stopping);
}

TEST_F(SupervisorControl, FaultsForUnknownNames) {
    for (const auto* name : {"nope", "mix", "nope:*", "mix:nope", ":*", ""}) {
        const std::string expected = "fault 10 BAD_NAME: " + std::string(name);
        EXPECT_EQ(start_at_once(name), expected);
        EXPECT_EQ(stop_at_once(name), expected);
        EXPECT_EQ(daemon.ask("supervisor.signalProcess", {text(name), text("HUP")}), expected);
    }
    for (const auto* name : {"nope", "mix:*", "mix:"}) {
        const std::string expected = "fault 10 BAD_NAME: " + std::string(name);
        EXPECT_EQ(daemon.ask("supervisor.startProcessGroup", {text(name)}), expected);
        EXPECT_EQ(daemon.ask("supervisor.stopProcessGroup", {text(name)}), expected);
        EXPECT_EQ(daemon.ask("supervisor.signalProcessGroup", {text(name), text("X")}), expected);
    }
}

TEST_F(SupervisorControl, AShutdownThatBeginsDuringTheCommandCheckPreventsTheStart) {
    daemon.port.during_check = [this] { daemon.port.request_shutdown(); };
    EXPECT_EQ(start("cat")->shown(), "fault 6 SHUTDOWN_STATE");
    EXPECT_EQ(state(cat), process_state::stopped);
}

TEST_F(SupervisorControl, AGroupThatIsRemovedDuringTheCommandCheckIsABadName) {
    daemon.port.during_check = [this] { daemon.port.fleet.remove_group("cat"); };
    EXPECT_EQ(start("cat")->shown(), "fault 10 BAD_NAME: cat");
}

// -- starting many --------------------------------------------------------------------------------

TEST_F(SupervisorControl, StartingAGroupListsImmediateResultsFirstThenInOrderOfCompletion) {
    daemon.port.problems[c] = {true, "can't find command 'c'"};
    const auto talk = daemon.begin("supervisor.startProcessGroup", {text("mix")});
    daemon.launched(a, 100);
    daemon.launched(b, 101);
    daemon.exited(b, 1);
    EXPECT_EQ(talk->shown(), "...");
    daemon.pass(seconds(1));
    EXPECT_EQ(talk->shown(),
              list({entry("mix", "c", 20, "NO_FILE: can't find command 'c'"),
                    entry("mix", "b", 50, "SPAWN_ERROR: mix:b"), entry("mix", "a")}));
}

TEST_F(SupervisorControl, StartingAWholeGroupByNameDoesTheSame) {
    const auto talk = start("mix:*");
    for (const auto id : {a, b, c}) daemon.launched(id, static_cast<int>(100 + id));
    daemon.pass(seconds(1));
    EXPECT_EQ(talk->shown(), list({entry("mix", "a"), entry("mix", "b"), entry("mix", "c")}));
    EXPECT_EQ(start("mix:")->shown(), "[]");
}

TEST_F(SupervisorControl, StartingAllLeavesOutWhatRunsAndGoesByPriority) {
    daemon.run(b, 99);
    const auto talk = daemon.begin("supervisor.startAllProcesses", {truth(false)});
    daemon.launched(cat, 100);
    daemon.launched(c, 102);
    daemon.launched(a, 101);
    EXPECT_EQ(talk->shown(), list({entry("mix", "a"), entry("mix", "c"), entry("cat", "cat")}));
}

TEST_F(SupervisorControl, AllAreLaunchedBeforeAnyIsWaitedFor) {
    const auto talk = daemon.begin("supervisor.startAllProcesses");
    for (const auto id : {a, b, c, cat}) EXPECT_EQ(state(id), process_state::starting);
    EXPECT_EQ(talk->shown(), "...");
}

// -- stopping -------------------------------------------------------------------------------------

TEST_F(SupervisorControl, StopAnswersWhenTheChildIsGone) {
    daemon.run(cat, 100);
    const auto talk = stop("cat");
    EXPECT_EQ(state(cat), process_state::stopping);
    EXPECT_EQ(talk->shown(), "...");
    EXPECT_THAT(daemon.port.reported, ElementsAre(cat));
    daemon.exited(cat);
    EXPECT_EQ(talk->shown(), "true");
}

TEST_F(SupervisorControl, WithoutWaitStopAnswersAtOnce) {
    daemon.run(cat, 100);
    EXPECT_EQ(stop_at_once("cat"), "true");
    EXPECT_EQ(state(cat), process_state::stopping);
    EXPECT_THAT(daemon.port.reported, IsEmpty());
}

TEST_F(SupervisorControl, StopRefusesWhatDoesNotRun) {
    EXPECT_EQ(stop("cat")->shown(), "fault 70 NOT_RUNNING: cat");
    daemon.run(cat, 100);
    EXPECT_EQ(stop_at_once("cat"), "true");
    EXPECT_EQ(stop("cat")->shown(), "fault 70 NOT_RUNNING: cat");
}

TEST_F(SupervisorControl, StopEndsABackoffWithoutWaiting) {
    daemon.port.start(cat);
    daemon.launched(cat, 100);
    daemon.exited(cat, 1);
    EXPECT_EQ(stop("cat")->shown(), "true");
    EXPECT_EQ(state(cat), process_state::stopped);
}

TEST_F(SupervisorControl, StopReportsAKillThatFailed) {
    daemon.run(cat, 100);
    daemon.port.kill_errors[cat] = "unknown problem killing cat (100):EPERM";
    EXPECT_EQ(stop("cat")->shown(), "fault 30 FAILED: unknown problem killing cat (100):EPERM");
}

TEST_F(SupervisorControl, StoppingAGroupListsResultsInOrderOfCompletion) {
    daemon.run(a, 100);
    daemon.run(c, 101);
    daemon.port.start(b);
    daemon.launched(b, 102);
    daemon.exited(b, 1);
    ASSERT_EQ(state(b), process_state::backoff);
    const auto talk = stop("mix:*");
    daemon.exited(c);
    EXPECT_EQ(talk->shown(), "...");
    daemon.exited(a);
    EXPECT_EQ(talk->shown(), list({entry("mix", "b"), entry("mix", "c"), entry("mix", "a")}));
    EXPECT_EQ(daemon.ask("supervisor.stopProcessGroup", {text("mix")}), "[]");
}

TEST_F(SupervisorControl, StoppingAllGoesByAscendingPriority) {
    daemon.run(cat, 100);
    daemon.run(a, 101);
    daemon.port.kill_errors[a] = "no";
    EXPECT_EQ(daemon.ask("supervisor.stopAllProcesses", {truth(false)}),
              list({entry("mix", "a", 30, "FAILED: no"), entry("cat", "cat")}));
}

TEST_F(SupervisorControl, AStopThatIsPendingWhenShutdownBeginsStillAnswers) {
    daemon.run(cat, 100);
    const auto talk = stop("cat");
    daemon.port.request_shutdown();
    daemon.exited(cat);
    EXPECT_EQ(talk->shown(), "true");
}

// -- signalling -----------------------------------------------------------------------------------

TEST_F(SupervisorControl, SignalsTheChild) {
    daemon.run(cat, 100);
    for (const auto& signal : {text("HUP"), text("SIGHUP"), text("hup"), text(" 1 "), number(1)}) {
        EXPECT_EQ(daemon.ask("supervisor.signalProcess", {text("cat"), signal}), "true");
        EXPECT_EQ(daemon.port.signals.back(), std::pair(cat, 1));
    }
    EXPECT_EQ(state(cat), process_state::running);
    EXPECT_EQ(daemon.ask("supervisor.signalProcess", {text("cat"), number(0)}), "true");
}

TEST_F(SupervisorControl, ABadSignalIsReportedBeforeTheState) {
    EXPECT_EQ(daemon.ask("supervisor.signalProcess", {text("cat"), text("fo'o")}),
              "fault 11 BAD_SIGNAL: fo'o");
    EXPECT_EQ(daemon.ask("supervisor.signalProcess", {text("cat"), number(35)}),
              "fault 11 BAD_SIGNAL: 35");
    EXPECT_EQ(daemon.ask("supervisor.signalProcess", {text("cat"), text("")}),
              "fault 11 BAD_SIGNAL: ");
    EXPECT_EQ(daemon.ask("supervisor.signalProcess", {text("cat"), text("HUP")}),
              "fault 70 NOT_RUNNING: cat");
}

TEST_F(SupervisorControl, ASignalThatCannotBeSentFails) {
    daemon.run(cat, 100);
    daemon.port.kill_errors[cat] = "unknown problem sending sig cat (100):EPERM";
    EXPECT_EQ(daemon.ask("supervisor.signalProcess", {text("cat"), text("HUP")}),
              "fault 30 FAILED: unknown problem sending sig cat (100):EPERM");
}

TEST_F(SupervisorControl, SignalsAllThatHaveAChild) {
    EXPECT_EQ(daemon.ask("supervisor.signalAllProcesses", {text("X")}), "[]");
    daemon.run(cat, 100);
    daemon.run(b, 101);
    EXPECT_EQ(daemon.ask("supervisor.signalAllProcesses", {text("HUP")}),
              list({entry("mix", "b"), entry("cat", "cat")}));
    EXPECT_EQ(
        daemon.ask("supervisor.signalAllProcesses", {text("X")}),
        list({entry("mix", "b", 11, "BAD_SIGNAL: X"), entry("cat", "cat", 11, "BAD_SIGNAL: X")}));
    EXPECT_EQ(daemon.ask("supervisor.signalProcessGroup", {text("mix"), text("HUP")}),
              list({entry("mix", "b")}));
    EXPECT_EQ(daemon.ask("supervisor.signalProcess", {text("mix:*"), text("HUP")}),
              list({entry("mix", "b")}));
    EXPECT_EQ(daemon.port.signals.size(), 4U);
}

// -- waiting that ends early ----------------------------------------------------------------------

TEST_F(SupervisorControl, AClientThatLeavesUndoesNothing) {
    io::asio::cancellation_signal leave;
    collecting_log log;
    const std::string body = encode_call(call{"supervisor.startProcess", {text("cat")}});
    bool over = false;
    bool failed = false;
    io::asio::co_spawn(daemon.loop, handle_xmlrpc(daemon.methods, body, log),
                       io::asio::bind_cancellation_slot(
                           leave.slot(), [&](std::exception_ptr failure, http_answer) {
                               over = true;
                               failed = failure != nullptr;
                           }));
    daemon.loop.restart();
    daemon.loop.poll();
    EXPECT_FALSE(over);
    leave.emit(io::asio::cancellation_type::terminal);
    daemon.loop.restart();
    daemon.loop.poll();
    EXPECT_TRUE(over);
    EXPECT_TRUE(failed);
    EXPECT_EQ(state(cat), process_state::starting);
    EXPECT_THAT(log.lines, IsEmpty());
    daemon.launched(cat, 100);
    EXPECT_EQ(start_at_once("cat"), "fault 60 ALREADY_STARTED: cat");
}

}  // namespace
}  // namespace ringmaster::rpc

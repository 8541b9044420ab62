#include "core/process_fsm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace ringmaster::core {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr signal_effect stop_signal{15, false, true};
constexpr signal_effect client_signal{15, false, false};

/// Drives one machine by hand and keeps what it said and asked for.
class ProcessFsm : public ::testing::Test {
protected:
    ProcessFsm() { config.name = "cat"; }

    template <class Input>
    void feed(std::chrono::milliseconds at, Input&& input) {
        effect_queue out;
        process_fsm::context cx{{time_point{} + 1h + at, 1000 + at / 1s}, may_spawn, out};
        input(fsm, cx);
        for (auto& each : out) note(each);
    }
    void start(std::chrono::milliseconds at) {
        feed(at, [](process_fsm& f, auto& cx) { f.start(cx); });
    }
    void stop(std::chrono::milliseconds at) {
        feed(at, [](process_fsm& f, auto& cx) { f.stop(cx); });
    }
    void launched(std::chrono::milliseconds at, int pid = 7) {
        feed(at, [pid](process_fsm& f, auto& cx) { f.launched(cx, pid); });
    }
    void launch_failed(std::chrono::milliseconds at) {
        feed(at, [](process_fsm& f, auto& cx) { f.launch_failed(cx, "can't find command 'x'"); });
    }
    void exited(std::chrono::milliseconds at, exit_status status = {}) {
        feed(at, [&](process_fsm& f, auto& cx) { f.exited(cx, status); });
    }
    void wake(std::chrono::milliseconds at) {
        feed(at, [](process_fsm& f, auto& cx) { f.wake(cx); });
    }
    void run_until_running() {
        start(0ms);
        launched(0ms);
        wake(1s);
        forget();
    }
    void forget() {
        lines.clear();
        states.clear();
        asked.clear();
    }

    void note(const effect& each) {
        if (const auto* line = std::get_if<log_effect>(&each.what)) {
            lines.push_back(std::string(log_code(line->level)) + " " + line->text);
        } else if (const auto* change = std::get_if<state_effect>(&each.what)) {
            states.emplace_back(state_name(change->to));
            last_change = *change;
        } else if (const auto* signal = std::get_if<signal_effect>(&each.what)) {
            asked.push_back((signal->to_group ? "group " : "signal ") +
                            std::to_string(signal->signo));
        } else if (std::holds_alternative<launch_effect>(each.what)) {
            asked.emplace_back("launch");
        } else if (std::holds_alternative<give_up_effect>(each.what)) {
            asked.emplace_back("give up");
        }
    }
    std::optional<std::chrono::milliseconds> due() const {
        const auto deadline = fsm.deadline();
        if (!deadline) return std::nullopt;
        return std::chrono::duration_cast<std::chrono::milliseconds>(*deadline - time_point{} - 1h);
    }

    process_config config;
    process_fsm fsm{1, config};
    bool may_spawn = true;
    std::vector<std::string> lines, states, asked;
    state_effect last_change{};
};

TEST_F(ProcessFsm, ASignalNeedsAChild) {
    const auto send = [](process_fsm& f, auto& cx) { f.send(cx, 1); };
    start(0ms);
    forget();
    feed(1ms, send);
    EXPECT_THAT(lines, ElementsAre("DEBG attempted to send cat sig SIGHUP but it wasn't running"));
    EXPECT_THAT(asked, ElementsAre());
    launched(2ms);
    forget();
    feed(3ms, send);
    EXPECT_THAT(lines, ElementsAre("DEBG sending cat (pid 7) sig SIGHUP"));
    EXPECT_EQ(asked.size(), 1U);
}

TEST_F(ProcessFsm, BecomesRunningOnceItHasStayedUpForStartsecs) {
    start(0ms);
    EXPECT_THAT(asked, ElementsAre("launch"));
    EXPECT_EQ(fsm.pid(), 0);
    launched(100ms, 42);
    EXPECT_EQ(due(), 1100ms);
    wake(1099ms);
    EXPECT_EQ(fsm.state(), process_state::starting);
    wake(1100ms);
    EXPECT_THAT(states, ElementsAre("STARTING", "RUNNING"));
    EXPECT_THAT(lines, ElementsAre("INFO spawned: 'cat' with pid 42",
                                   "INFO success: cat entered RUNNING state, process has stayed up "
                                   "for > than 1 seconds (startsecs)"));
    EXPECT_EQ(due(), std::nullopt);
}

TEST_F(ProcessFsm, IsRunningAtOnceWithStartsecsZero) {
    config.startsecs = 0;
    start(0ms);
    launched(5ms);
    EXPECT_EQ(fsm.state(), process_state::running);
}

TEST_F(ProcessFsm, QuickExitsBackOffOneSecondLongerEachTimeThenGiveUp) {
    config.startretries = 2;
    start(0ms);
    launched(0ms);
    exited(500ms);
    EXPECT_EQ(fsm.state(), process_state::backoff);
    EXPECT_EQ(fsm.spawnerr(), "Exited too quickly (process log may have details)");
    EXPECT_EQ(fsm.exit_code(), 0);
    EXPECT_EQ(due(), 1500ms);
    wake(1500ms);
    launched(1500ms);
    exited(1600ms, {.code = 3});
    EXPECT_EQ(due(), 3600ms);
    wake(3600ms);
    launched(3600ms);
    forget();
    exited(3700ms);
    EXPECT_THAT(states, ElementsAre("BACKOFF", "FATAL"));
    EXPECT_THAT(lines,
                ElementsAre("WARN exited: cat (exit status 0; not expected)",
                            "INFO gave up: cat entered FATAL state, too many start retries too "
                            "quickly"));
    EXPECT_EQ(due(), std::nullopt);
}

TEST_F(ProcessFsm, AFailedLaunchCountsAsAFailedStart) {
    config.startretries = 0;
    start(0ms);
    launch_failed(10ms);
    EXPECT_THAT(states, ElementsAre("STARTING", "BACKOFF", "FATAL"));
    EXPECT_EQ(fsm.spawnerr(), "can't find command 'x'");
    EXPECT_EQ(lines.front(), "INFO spawnerr: can't find command 'x'");
}

TEST_F(ProcessFsm, StopSendsTheStopsignalAndEscalatesToSigkill) {
    config.stopwaitsecs = 3;
    config.stopsignal = 2;
    run_until_running();
    stop(2s);
    EXPECT_THAT(asked, ElementsAre("signal 2"));
    EXPECT_THAT(lines, ElementsAre("DEBG killing cat (pid 7) with signal SIGINT"));
    EXPECT_EQ(due(), 5s);
    forget();
    wake(5s);
    EXPECT_THAT(asked, ElementsAre("signal 9"));
    EXPECT_THAT(lines, ElementsAre("WARN killing 'cat' (7) with SIGKILL",
                                   "DEBG killing cat (pid 7) with signal SIGKILL"));
    EXPECT_EQ(due(), 8s);
    forget();
    exited(5100ms, {.signal = 9});
    EXPECT_THAT(states, ElementsAre("STOPPED"));
    EXPECT_THAT(lines, ElementsAre("WARN stopped: cat (terminated by SIGKILL)"));
    EXPECT_EQ(fsm.exit_code(), -1);
    EXPECT_EQ(last_change.pid, 7);
    EXPECT_EQ(fsm.pid(), 0);
}

TEST_F(ProcessFsm, StopasgroupSignalsTheGroupAndKillasgroupOnlyTheEscalation) {
    config.killasgroup = true;
    run_until_running();
    stop(2s);
    wake(12s);
    EXPECT_THAT(asked, ElementsAre("signal 15", "group 9"));
}

TEST_F(ProcessFsm, StopwaitsecsZeroDoesNotRepeatSigkillWithoutPause) {
    config.stopwaitsecs = 0;
    run_until_running();
    stop(2s);
    wake(2s);
    EXPECT_THAT(asked, ElementsAre("signal 15", "signal 9"));
    EXPECT_EQ(due(), 3s);
}

TEST_F(ProcessFsm, AStopDuringTheLaunchIsCarriedOutWhenTheChildIsThere) {
    start(0ms);
    stop(10ms);
    EXPECT_EQ(fsm.state(), process_state::starting);
    launched(20ms);
    EXPECT_EQ(fsm.state(), process_state::stopping);
    EXPECT_THAT(asked, ElementsAre("launch", "signal 15"));
}

TEST_F(ProcessFsm, AStopDuringALaunchThatFailsEndsStopped) {
    start(0ms);
    stop(10ms);
    launch_failed(20ms);
    EXPECT_THAT(states, ElementsAre("STARTING", "BACKOFF", "STOPPED"));
}

TEST_F(ProcessFsm, ALaunchThatHangsIsGivenUpWhenAStopHasWaitedLongEnough) {
    config.stopwaitsecs = 3;
    start(0ms);
    EXPECT_EQ(due(), std::nullopt) << "without a stop request it may take all the time it wants";
    stop(10ms);
    stop(20ms);
    EXPECT_EQ(due(), 3010ms);
    forget();
    wake(3010ms);
    EXPECT_THAT(asked, ElementsAre("give up"));
    EXPECT_THAT(states, ElementsAre("STOPPING", "STOPPED"));
    EXPECT_THAT(lines, ElementsAre("WARN giving up the launch of 'cat', which hangs",
                                   "INFO spawnerr: the launch of 'cat' hung"));
    EXPECT_EQ(fsm.backoff(), 0);
    EXPECT_EQ(due(), std::nullopt);
    EXPECT_FALSE(fsm.launching());
}

TEST_F(ProcessFsm, ALaunchThatWasTakenBackIsNoFailedStart) {
    start(0ms);
    feed(10ms, [](process_fsm& f, auto& cx) { f.launch_undone(cx, "not started: why"); });
    EXPECT_EQ(fsm.state(), process_state::stopped);
    EXPECT_EQ(fsm.spawnerr(), "not started: why");
    EXPECT_EQ(fsm.backoff(), 0);
    start(20ms);
    EXPECT_TRUE(fsm.spawnerr().empty());
}

TEST_F(ProcessFsm, StoppingInBackoffKeepsTheCountOfFailedStarts) {
    start(0ms);
    launch_failed(10ms);
    stop(20ms);
    EXPECT_EQ(fsm.state(), process_state::stopped);
    start(30ms);
    EXPECT_EQ(last_change.tries, 1);
}

TEST_F(ProcessFsm, ShutdownTurnsBackoffIntoFatalSilently) {
    start(0ms);
    launch_failed(10ms);
    forget();
    feed(20ms, [](process_fsm& f, auto& cx) { f.shut_down(cx); });
    EXPECT_THAT(states, ElementsAre("FATAL"));
    EXPECT_TRUE(lines.empty());
}

TEST_F(ProcessFsm, NothingStartsByItselfWhileTheDaemonStops) {
    start(0ms);
    launch_failed(0ms);
    may_spawn = false;
    forget();
    wake(1s);
    EXPECT_TRUE(asked.empty());
    EXPECT_EQ(due(), std::nullopt) << "a deadline that nobody can act on would spin";
}

TEST_F(ProcessFsm, AStartWithALivingChildOnlyWarns) {
    run_until_running();
    start(2s);
    EXPECT_THAT(lines, ElementsAre("WARN process 'cat' already running"));
    EXPECT_TRUE(asked.empty());
}

TEST_F(ProcessFsm, AnUnexpectedKillErrorMakesItUnknownUntilItIsStartedAgain) {
    run_until_running();
    stop(2s);
    forget();
    feed(2s, [](process_fsm& f, auto& cx) {
        f.signal_failed(cx, stop_signal, 1, "[Errno 1] Operation not permitted");
    });
    EXPECT_THAT(states, ElementsAre("UNKNOWN"));
    EXPECT_THAT(lines, ElementsAre("CRIT unknown problem killing cat (7):[Errno 1] Operation not "
                                   "permitted"));
    exited(3s);
    EXPECT_EQ(fsm.state(), process_state::unknown);
    EXPECT_EQ(fsm.pid(), 0);
}

TEST_F(ProcessFsm, NobodyReportsAStopThatTheKernelRefused) {
    run_until_running();
    stop(2s);
    feed(2s, [](process_fsm& f, auto& cx) { f.report_stopping(cx); });
    feed(3s, [](process_fsm& f, auto& cx) { f.signal_failed(cx, stop_signal, 1, "refused"); });
    EXPECT_EQ(due(), std::nullopt) << "a deadline that nobody can act on would spin";
}

TEST_F(ProcessFsm, AChildThatIsGoneAlreadyIsNoErrorWhenSignalled) {
    run_until_running();
    stop(2s);
    forget();
    feed(2s, [](process_fsm& f, auto& cx) {
        f.signal_failed(cx, stop_signal, 3, "[Errno 3] No such process");
    });
    EXPECT_EQ(fsm.state(), process_state::stopping);
    EXPECT_THAT(lines, ElementsAre("DEBG unable to signal cat (pid 7), it probably just exited on "
                                   "its own: [Errno 3] No such process"));
}

TEST_F(ProcessFsm, ASignalThatAClientSendsDuringAStopHasItsOwnTexts) {
    run_until_running();
    stop(2s);
    forget();
    feed(2s, [](process_fsm& f, auto& cx) { f.signal_failed(cx, client_signal, 3, "gone"); });
    feed(2s, [](process_fsm& f, auto& cx) { f.signal_failed(cx, client_signal, 1, "refused"); });
    EXPECT_THAT(lines, ElementsAre("DEBG unable to signal cat (pid 7), it probably just now exited "
                                   "on its own: gone",
                                   "CRIT unknown problem sending sig cat (7):refused"));
    EXPECT_EQ(fsm.state(), process_state::unknown);
}

TEST_F(ProcessFsm, SomebodyWhoWaitsForAStopIsToldEveryTwoSeconds) {
    run_until_running();
    stop(2s);
    forget();
    feed(2s, [](process_fsm& f, auto& cx) { f.report_stopping(cx); });
    wake(3900ms);
    wake(4s);
    EXPECT_THAT(lines, ElementsAre("INFO waiting for cat to stop", "INFO waiting for cat to stop"));
}

// -- the restart matrix, lifecycle.md 7 ---------------------------------------------------------

struct restart_case {
    autorestart_mode mode;
    exit_status how;
    bool restarts;
    bool expected;
};

class RestartMatrix : public ProcessFsm, public ::testing::WithParamInterface<restart_case> {};

TEST_P(RestartMatrix, AnExitFromRunningRestartsAsConfigured) {
    const auto& row = GetParam();
    config.autorestart = row.mode;
    config.exitcodes = {0, 2};
    run_until_running();
    exited(5s, row.how);
    EXPECT_EQ(states.front(), "EXITED");
    EXPECT_EQ(fsm.state(), row.restarts ? process_state::starting : process_state::exited);
    EXPECT_EQ(std::ranges::count(asked, "launch"), row.restarts ? 1 : 0);
    const bool says_expected = lines.front().ends_with("; expected)");
    EXPECT_EQ(says_expected, row.expected) << lines.front();
    EXPECT_TRUE(lines.front().starts_with(row.expected ? "INFO" : "WARN"));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, RestartMatrix,
    ::testing::Values(restart_case{autorestart_mode::never, {.code = 0}, false, true},
                      restart_case{autorestart_mode::never, {.code = 1}, false, false},
                      restart_case{autorestart_mode::never, {.signal = 9}, false, false},
                      restart_case{autorestart_mode::unexpected, {.code = 2}, false, true},
                      restart_case{autorestart_mode::unexpected, {.code = 1}, true, false},
                      restart_case{autorestart_mode::unexpected, {.signal = 15}, true, false},
                      restart_case{autorestart_mode::always, {.code = 0}, true, true},
                      restart_case{autorestart_mode::always, {.code = 1}, true, false},
                      restart_case{autorestart_mode::always, {.signal = 9}, true, false}));

class ShortLife : public ProcessFsm {
protected:
    ShortLife() {
        config.startsecs = 0;
        config.autorestart = autorestart_mode::always;
        start(0ms);
        launched(100ms);
        exited(300ms);
        forget();
    }
};

TEST_F(ShortLife, IsFollowedByTheNextOneASecondAfterItsLaunch) {
    EXPECT_EQ(fsm.state(), process_state::exited);
    EXPECT_EQ(due(), 1100ms);
    wake(1099ms);
    EXPECT_THAT(asked, IsEmpty());
    wake(1100ms);
    EXPECT_THAT(asked, ElementsAre("launch"));
    EXPECT_EQ(fsm.state(), process_state::starting);
    launched(1200ms);
    exited(2200ms);
    EXPECT_THAT(asked, ElementsAre("launch", "launch")) << "a second was long enough";
}

TEST_F(ShortLife, IsFollowedAtOnceWhereAClientAsksForIt) {
    start(400ms);
    EXPECT_THAT(asked, ElementsAre("launch"));
    EXPECT_EQ(due(), std::nullopt);
}

TEST_F(ShortLife, IsTheLastOneAfterAStop) {
    stop(400ms);
    EXPECT_THAT(states, ElementsAre("STOPPED"));
    EXPECT_EQ(due(), std::nullopt);
}

TEST_F(ShortLife, IsTheLastOneInAShutdown) {
    feed(400ms, [](process_fsm& f, auto& cx) { f.shut_down(cx); });
    EXPECT_THAT(states, IsEmpty());
    EXPECT_EQ(due(), std::nullopt);
    may_spawn = true;
    wake(2s);
    EXPECT_THAT(asked, IsEmpty());
}

TEST_F(ShortLife, IsNotFollowedWhileTheDaemonStops) {
    may_spawn = false;
    wake(1100ms);
    EXPECT_THAT(asked, IsEmpty());
    EXPECT_EQ(due(), std::nullopt);
}

TEST_F(ProcessFsm, AnUnexpectedExitLeavesItsCodeAndReason) {
    config.autorestart = autorestart_mode::never;
    run_until_running();
    exited(5s, {.code = 4});
    EXPECT_EQ(fsm.exit_code(), 4);
    EXPECT_EQ(fsm.spawnerr(), "Bad exit code 4");
    EXPECT_EQ(fsm.stop_time(), 1005);
}

TEST_F(ProcessFsm, AnExitNoticedLateInStartingPassesThroughRunning) {
    config.autorestart = autorestart_mode::never;
    start(0ms);
    launched(0ms);
    forget();
    exited(1500ms);
    EXPECT_THAT(states, ElementsAre("RUNNING", "EXITED"));
    EXPECT_THAT(lines, ElementsAre("INFO exited: cat (exit status 0; expected)"));
}

}  // namespace
}  // namespace ringmaster::core

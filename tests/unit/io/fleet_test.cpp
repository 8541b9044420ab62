// The fleet with real children: launching, dying, draining, stopping. Waits for conditions only.

#include "io/fleet.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <filesystem>
#include <sstream>

#include <fmt/format.h>

#include "unit/io/scratch_dir.hpp"
#include "unit/io/stuck_file.hpp"

namespace ringmaster::io {
namespace {

using namespace std::chrono_literals;
using core::process_state;

constexpr int no_such_signal = 1000;

class line_collector final : public core::log_sink {
public:
    void write(core::log_level, std::string_view text) override { lines.emplace_back(text); }
    bool enabled(core::log_level) const override { return true; }
    std::vector<std::string> lines;
};

class Fleet : public ::testing::TestWithParam<engine_choice> {
protected:
    void SetUp() override {
        fleet_options options;
        options.children.drain.engine = GetParam();
        options.children.log_patience = log_patience;
        options.launcher.base = {{"PATH", "/usr/bin:/bin"}, {"FROM_DAEMON", "yes"}};
        options.server_url = "unix:///tmp/x.sock";
        auto made = fleet::make(control, options, log);
        ASSERT_TRUE(made) << made.error().message();
        subject = *std::move(made);
    }
    void TearDown() override {
        if (!subject) return;
        subject->request(core::daemon_state::shutdown);
        task_group closing(control.get_executor(), [](const std::string&, std::exception_ptr) {});
        closing.spawn("close", close());
        run_until([&] { return closing.size() == 0; });
        control.restart();
        control.poll();
    }
    task<> close() {
        co_await subject->stopped();
        co_await subject->close();
    }

    core::process_config program(const std::string& name, const std::string& script) {
        core::process_config config;
        config.name = name;
        config.command = fmt::format("sh -c \"{}\"", script);
        config.startsecs = 0;
        config.autorestart = core::autorestart_mode::never;
        config.stdout_log.kind = core::channel_config::target::file;
        config.stdout_log.path = log_path(name);
        config.redirect_stderr = true;
        return config;
    }
    core::process_id add(core::process_config config) {
        core::group_config group;
        group.name = config.name;
        const auto name = config.name;
        group.processes.push_back(std::move(config));
        EXPECT_TRUE(subject->add_group(std::move(group)));
        return subject->model().find_process(name, name);
    }
    std::string log_path(const std::string& name) { return scratch.file(name + ".log"); }
    std::string text_of(const std::string& name) { return content_of(log_path(name)); }
    process_state state(core::process_id id) { return subject->model().find(id)->state(); }

    template <class Condition>
    bool run_until(Condition condition) {
        const auto deadline = std::chrono::steady_clock::now() + 60s;
        while (!condition()) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            control.restart();
            control.run_one_for(100ms);
        }
        return true;
    }
    bool run_until_state(core::process_id id, process_state wanted) {
        return run_until([&] { return state(id) == wanted; });
    }

    std::chrono::milliseconds log_patience = 60s;
    scratch_dir scratch;
    boost::asio::io_context control{1};
    line_collector log;
    std::unique_ptr<fleet> subject;
};

TEST_P(Fleet, OutputIsInTheLogBeforeTheExitIsKnown) {
    const auto id = add(program("hello", "echo out; echo err >&2; exit 3"));
    subject->begin();
    ASSERT_TRUE(run_until_state(id, process_state::exited));
    EXPECT_EQ(text_of("hello"), "out\nerr\n");
    EXPECT_EQ(subject->model().find(id)->exit_code(), 3);
}

TEST_P(Fleet, AChildGetsItsOwnEnvironmentOverTheDaemons) {
    auto config = program("env", "env | sort");
    config.env = {{"OWN", "1"}, {"SUPERVISOR_GROUP_NAME", "mine"}};
    const auto id = add(std::move(config));
    subject->begin();
    ASSERT_TRUE(run_until_state(id, process_state::exited));
    const auto text = text_of("env");
    for (const auto* line :
         {"FROM_DAEMON=yes\n", "OWN=1\n", "SUPERVISOR_ENABLED=1\n", "SUPERVISOR_PROCESS_NAME=env\n",
          "SUPERVISOR_GROUP_NAME=mine\n", "SUPERVISOR_SERVER_URL=unix:///tmp/x.sock\n"}) {
        EXPECT_NE(text.find(line), std::string::npos) << line << "in\n" << text;
    }
}

TEST_P(Fleet, AChildStartsWithCleanDescriptorsSignalsAndItsOwnGroup) {
    auto config = program("clean", "");
    config.command = "grep -E Sig(Blk|Ign) /proc/self/status";
    const auto masks = add(std::move(config));
    auto second = program("fds", "");
    second.command = "ls /proc/self/fd";
    const auto fds = add(std::move(second));
    const auto group = add(program("group", "ps -o pid=,pgid= -p $$"));
    subject->begin();
    for (const auto id : {masks, fds, group}) {
        ASSERT_TRUE(run_until_state(id, process_state::exited));
    }
    EXPECT_EQ(text_of("clean"), "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
    EXPECT_EQ(text_of("fds"), "0\n1\n2\n3\n") << "3 is the directory that ls reads";
    std::istringstream numbers(text_of("group"));
    int pid = 0;
    int pgid = 1;
    numbers >> pid >> pgid;
    EXPECT_EQ(pid, pgid);
}

TEST_P(Fleet, DirectoryAndUmaskApplyInTheChild) {
    auto config = program("place", "pwd; umask");
    config.directory = "/usr";
    config.umask = 027;
    const auto id = add(std::move(config));
    subject->begin();
    ASSERT_TRUE(run_until_state(id, process_state::exited));
    EXPECT_EQ(text_of("place"), "/usr\n0027\n");
}

TEST_P(Fleet, AnExecThatFailsTellsSoInTheChildsLog) {
    const auto script = scratch.file("script");
    put_content(script, "#!/no/such/interpreter\n");
    std::filesystem::permissions(script, std::filesystem::perms::owner_all);
    auto config = program("broken", "");
    config.command = script;
    const auto id = add(std::move(config));
    auto nowhere = program("nowhere", "true");
    nowhere.directory = "/no/such/directory";
    const auto second = add(std::move(nowhere));
    subject->begin();
    ASSERT_TRUE(run_until_state(id, process_state::exited));
    ASSERT_TRUE(run_until_state(second, process_state::exited));
    EXPECT_EQ(subject->model().find(id)->exit_code(), 127);
    EXPECT_EQ(text_of("broken"), fmt::format("supervisor: couldn't exec {}: ENOENT\n"
                                             "supervisor: child process was not spawned\n",
                                             script));
    EXPECT_EQ(text_of("nowhere"),
              "supervisor: couldn't chdir to /no/such/directory: ENOENT\n"
              "supervisor: child process was not spawned\n");
}

TEST_P(Fleet, ACommandThatIsNotThereIsASpawnError) {
    auto config = program("missing", "");
    config.command = "/no/such/program";
    config.startretries = 0;
    const auto id = add(std::move(config));
    subject->begin();
    ASSERT_TRUE(run_until_state(id, process_state::fatal));
    EXPECT_EQ(subject->model().find(id)->spawnerr(), "can't find command '/no/such/program'");
}

TEST_P(Fleet, ALogThatCannotBeOpenedIsASpawnErrorThatNamesTheErrno) {
    auto config = program("nolog", "true");
    config.stdout_log.path = "/no/such/directory/x.log";
    config.startretries = 0;
    const auto id = add(std::move(config));
    subject->begin();
    ASSERT_TRUE(run_until_state(id, process_state::fatal));
    EXPECT_EQ(subject->model().find(id)->spawnerr(),
              "unknown error making dispatchers for 'nolog': ENOENT");
}

TEST_P(Fleet, AFifoWithoutReaderAsALogFailsItsProgramAndHoldsUpNobodyElse) {
    const auto fifo = scratch.file("fifo");
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    std::vector<core::process_id> stuck;
    for (const auto* name : {"a", "b", "c"}) {
        auto config = program(name, "true");
        config.stdout_log.path = fifo;
        config.startretries = 0;
        stuck.push_back(add(std::move(config)));
    }
    const auto other = add(program("other", "echo well"));
    subject->begin();
    ASSERT_TRUE(run_until_state(other, process_state::exited));
    for (const auto id : stuck) {
        ASSERT_TRUE(run_until_state(id, process_state::fatal));
        EXPECT_THAT(subject->model().find(id)->spawnerr(), ::testing::EndsWith(": ENXIO"));
    }
}

/// While clone(2) waits for an execve, ThreadSanitizer's runtime lets no other thread launch.
#if defined(__SANITIZE_THREAD__)
constexpr bool holds_up_all_launches = true;
#else
constexpr bool holds_up_all_launches = false;
#endif

/// An executable that hangs in execve for as long as this lives: a write lease on the file makes
/// every open(2) of it wait, /proc/sys/fs/lease-break-time seconds at the longest.
class leased_program {
public:
    explicit leased_program(std::string path) : path_(std::move(path)) {
        put_content(path_, "#!/bin/sh\n");
        std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
        ::signal(SIGIO, SIG_IGN);  // tells the holder that somebody waits
        file_.reset(::open(path_.c_str(), O_RDWR | O_CLOEXEC));
        held_ = ::fcntl(file_.get(), F_SETLEASE, F_WRLCK) == 0;
    }
    bool held() const { return held_; }
    const std::string& path() const { return path_; }
    void let_go() { file_.reset(); }

private:
    std::string path_;
    unique_fd file_;
    bool held_ = false;
};

TEST_P(Fleet, LaunchesThatHangInExecveDelayNobodyElse) {
    leased_program hanging(scratch.file("hanging"));
    if (!hanging.held()) GTEST_SKIP() << "no leases on this file system";
    if (holds_up_all_launches) GTEST_SKIP() << "ThreadSanitizer: a launch that hangs holds up all";
    std::vector<core::process_id> stuck;
    for (int i = 0; i < 12; ++i) {
        auto config = program(fmt::format("stuck{}", i), "");
        config.command = hanging.path();
        config.stopwaitsecs = 0;
        stuck.push_back(add(std::move(config)));
    }
    std::vector<core::process_id> others;
    for (int i = 0; i < 20; ++i) others.push_back(add(program(fmt::format("p{}", i), "echo hi")));
    subject->begin();
    for (const auto id : others) ASSERT_TRUE(run_until_state(id, process_state::exited));
    for (const auto id : stuck) {
        EXPECT_EQ(state(id), process_state::starting);
        EXPECT_EQ(subject->model().find(id)->pid(), 0);
    }
    const auto says_so = [&] {
        return std::ranges::find(log.lines,
                                 "the launch of 'stuck0' hangs (a slow disk or network file "
                                 "system?); other programs go on") != log.lines.end();
    };
    EXPECT_TRUE(run_until(says_so));
    // TearDown ends everything while the rest still hangs.
    EXPECT_FALSE(subject->stop(stuck.front()));
    EXPECT_TRUE(run_until_state(stuck.front(), process_state::stopped));
    EXPECT_EQ(subject->model().find(stuck.front())->spawnerr(), "the launch of 'stuck0' hung");
}

TEST_P(Fleet, ALaunchThatHungForAWhileGoesOn) {
    leased_program hanging(scratch.file("hanging"));
    if (!hanging.held()) GTEST_SKIP() << "no leases on this file system";
    if (holds_up_all_launches) GTEST_SKIP() << "ThreadSanitizer: a launch that hangs holds up all";
    auto config = program("late", "");
    config.command = hanging.path();
    const auto id = add(std::move(config));
    const auto other = add(program("other", "true"));
    subject->begin();
    ASSERT_TRUE(run_until_state(other, process_state::exited));
    EXPECT_EQ(state(id), process_state::starting);
    hanging.let_go();
    ASSERT_TRUE(run_until_state(id, process_state::exited));
    EXPECT_EQ(subject->model().find(id)->exit_code(), 0);
}

TEST_P(Fleet, AStopOfEverythingDoesNotBeginTheLaunchesThatStillQueue) {
    core::group_config group;
    group.name = "many";
    for (int i = 0; i < 500; ++i) {
        group.processes.push_back(program(fmt::format("p{}", i), "exec sleep 1000"));
    }
    ASSERT_TRUE(subject->add_group(std::move(group)));
    subject->begin();
    subject->request(core::daemon_state::shutdown);
    const auto said = [&] {
        return std::ranges::count(log.lines, "spawnerr: not started: the daemon is stopping");
    };
    ASSERT_TRUE(run_until([&] { return subject->model().finished() && said() > 300; }));
}

TEST_P(Fleet, WhoSendsASignalHearsOfItsOwnFailureWhileAFleetStops) {
    core::group_config group;
    group.name = "many";
    for (int i = 0; i < 100; ++i) {
        group.processes.push_back(program(fmt::format("p{}", i), "exec sleep 1000"));
    }
    group.processes.front().stopsignal = no_such_signal;
    ASSERT_TRUE(subject->add_group(std::move(group)));
    const auto members = subject->model().find_group("many")->members;
    subject->begin();
    ASSERT_TRUE(run_until([&] {
        return std::ranges::all_of(members,
                                   [&](auto id) { return state(id) == process_state::running; });
    }));
    // More than is carried out at once, and the first of them, which is stopped last, fails.
    subject->request(core::daemon_state::shutdown);
    EXPECT_EQ(subject->send(members[50], SIGCONT), std::nullopt);
    const int pid = subject->model().find(members[51])->pid();
    EXPECT_EQ(subject->send(members[51], no_such_signal),
              fmt::format("unknown problem sending sig p51 ({}):[Errno 22] Invalid argument", pid));
}

TEST_P(Fleet, AChildThatIgnoresTermIsKilledAfterStopwaitsecs) {
    auto config = program("stubborn", "trap '' TERM; echo ready; while :; do sleep 1; done");
    config.stopwaitsecs = 1;
    config.stopasgroup = config.killasgroup = true;
    const auto id = add(std::move(config));
    subject->begin();
    ASSERT_TRUE(run_until([&] { return text_of("stubborn") == "ready\n"; }));
    EXPECT_FALSE(subject->stop(id));
    ASSERT_TRUE(run_until_state(id, process_state::stopped));
    EXPECT_THAT(log.lines, ::testing::Contains(
                               ::testing::StartsWith("stopped: stubborn (terminated by SIGKILL)")));
}

TEST_P(Fleet, AGrandchildThatKeepsThePipeOpenDoesNotHoldUpTheExit) {
    const auto id = add(program("parent", "echo before; sleep 1000 & exit 0"));
    subject->begin();
    ASSERT_TRUE(run_until_state(id, process_state::exited));
    EXPECT_EQ(text_of("parent"), "before\n");
    const auto pid = subject->model().find(id)->pid();
    EXPECT_EQ(pid, 0);
    // The grandchild still is in the group of its dead leader; nobody else will end it.
    for (const auto& line : log.lines) {
        int leader = 0;
        if (std::sscanf(line.c_str(), "spawned: 'parent' with pid %d", &leader) == 1) {
            ::kill(-leader, SIGKILL);
        }
    }
}

TEST_P(Fleet, SettleWaitsForTheLastOfItsProcesses) {
    const auto first = add(program("first", "exec sleep 1000"));
    const auto second = add(program("second", "exec sleep 1000"));
    auto is_running = [&](core::process_id id) { return state(id) == process_state::running; };
    bool settled = false;
    task_group tasks(control.get_executor(), [](const std::string&, std::exception_ptr) {});
    auto wait = [](fleet& of, std::vector<core::process_id> ids,
                   std::function<bool(core::process_id)> check, bool& done) -> task<> {
        co_await of.settle(std::move(ids), std::move(check));
        done = true;
    };
    std::vector<core::process_id> ids{first, second};
    tasks.spawn("wait", wait(*subject, ids, is_running, settled));
    subject->start(first);
    ASSERT_TRUE(run_until_state(first, process_state::running));
    control.restart();
    control.poll();
    EXPECT_FALSE(settled);
    subject->start(second);
    EXPECT_TRUE(run_until([&] { return settled; }));
    ASSERT_TRUE(run_until([&] { return tasks.size() == 0; }));
}

TEST_P(Fleet, HundredsOfChildrenStartDieAndComeBack) {
    constexpr int count = 300;
    // A login shell has a soft limit of 1024, and a child takes about five; the daemon raises its
    // own.
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    const rlimit raised{files.rlim_max, files.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &raised);
    core::group_config group;
    group.name = "many";
    for (int i = 0; i < count; ++i) {
        auto config = program(fmt::format("p{}", i), "exec sleep 1000");
        config.autorestart = core::autorestart_mode::unexpected;
        group.processes.push_back(std::move(config));
    }
    ASSERT_TRUE(subject->add_group(std::move(group)));
    const auto members = subject->model().find_group("many")->members;
    subject->begin();
    const auto all_running = [&] {
        return std::ranges::all_of(members,
                                   [&](auto id) { return state(id) == process_state::running; });
    };
    ASSERT_TRUE(run_until(all_running));
    std::vector<int> before;
    for (const auto id : members) before.push_back(subject->model().find(id)->pid());
    for (const int pid : before) ::kill(pid, SIGKILL);
    const auto all_new = [&] {
        for (std::size_t i = 0; i < members.size(); ++i) {
            const auto& process = *subject->model().find(members[i]);
            if (process.pid() == before[i] || process.pid() == 0) return false;
        }
        return all_running();
    };
    EXPECT_TRUE(run_until(all_new));
    ::setrlimit(RLIMIT_NOFILE, &files);
}

class FleetOnADiskThatHangs : public Fleet {
protected:
    FleetOnADiskThatHangs() { log_patience = 1ms; }
    void SetUp() override {
        if (!disk.exists()) GTEST_SKIP() << "/dev/shm is no file system of its own";
        stuck_log = disk.file("log");
        hold = stuck_file::hold(stuck_log);
        if (!hold) GTEST_SKIP() << "userfaultfd is not allowed";
        Fleet::SetUp();
    }

    other_disk disk{scratch.file("")};
    std::string stuck_log;
    std::unique_ptr<stuck_file> hold;
};

TEST_P(FleetOnADiskThatHangs, AnExitIsKnownAndTheSuccessorsOutputComesAfterThePredecessors) {
    auto config = program("late", fmt::format("echo run >>{0}; wc -l <{0}", scratch.file("runs")));
    config.stdout_log.path = stuck_log;
    const auto id = add(std::move(config));
    subject->begin();
    ASSERT_TRUE(run_until_state(id, process_state::exited));
    for (int run = 2; run <= 3; ++run) {
        subject->start(id);
        ASSERT_TRUE(run_until([&] { return content_of(scratch.file("runs")).size() == 4U * run; }));
        ASSERT_TRUE(run_until_state(id, process_state::exited));
    }
    EXPECT_THAT(log.lines, ::testing::Contains(::testing::HasSubstr("the last output of 'late'")));
    EXPECT_EQ(content_of(stuck_log), "");
    hold->release();
    EXPECT_TRUE(run_until([&] { return content_of(stuck_log) == "|1\n2\n3\n"; }));
}

const auto engines = ::testing::Values(engine_choice::uring, engine_choice::epoll);
const auto engine_name = [](const auto& row) {
    return row.param == engine_choice::uring ? "Uring" : "Epoll";
};
INSTANTIATE_TEST_SUITE_P(Engines, FleetOnADiskThatHangs, engines, engine_name);
INSTANTIATE_TEST_SUITE_P(Engines, Fleet, engines, engine_name);

}  // namespace
}  // namespace ringmaster::io

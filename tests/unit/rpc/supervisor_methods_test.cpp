#include "rpc/supervisor_methods.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "unit/rpc/fake_daemon.hpp"

namespace ringmaster::rpc {
namespace {

TEST(SupervisorMethods, TellWhoTheDaemonIs) {
    fake_daemon daemon;
    EXPECT_EQ(daemon.ask("supervisor.getAPIVersion"), "'3.0'");
    EXPECT_EQ(daemon.ask("supervisor.getVersion"), "'3.0'");
    EXPECT_EQ(daemon.ask("supervisor.getSupervisorVersion"), "'4.2.5'");
    EXPECT_EQ(daemon.ask("supervisor.getIdentification"), "'fake'");
    EXPECT_EQ(daemon.ask("supervisor.getPID"), "4711");
    EXPECT_EQ(daemon.ask("supervisor.getState"), "{statecode: 1, statename: 'RUNNING'}");
}

TEST(SupervisorMethods, RestartStopsEverythingToStartAnew) {
    fake_daemon daemon;
    EXPECT_EQ(daemon.ask("supervisor.restart"), "true");
    EXPECT_EQ(daemon.port.fleet.state(), core::daemon_state::restarting);
}

TEST(SupervisorMethods, RemoteEventsAreSentAlsoWhileTheDaemonStops) {
    fake_daemon daemon;
    daemon.add_group("slow", {"slow"});
    daemon.run(daemon.id("slow", "slow"), 100);
    daemon.port.request_shutdown();
    EXPECT_EQ(daemon.ask("supervisor.sendRemoteCommEvent", {text("kind"), text("data\n")}), "true");
    using sent = std::pair<std::string, std::string>;
    EXPECT_THAT(daemon.port.remote_events, ::testing::ElementsAre(sent("kind", "data\n")));
}

TEST(SupervisorMethods, RemoteEventsSpellOtherValuesAsPythonDoes) {
    fake_daemon daemon;
    const rpc::value data{
        rpc::structure{{"a", {rpc::array{number(1), text("it's")}}}, {"b", {true}}}};
    EXPECT_EQ(daemon.ask("supervisor.sendRemoteCommEvent", {number(7), data}), "true");
    using sent = std::pair<std::string, std::string>;
    EXPECT_THAT(daemon.port.remote_events,
                ::testing::ElementsAre(sent("7", "{'a': [1, \"it's\"], 'b': True}")));
}

TEST(ProcessInfo, HasAllMembersInSupervisorsOrder) {
    fake_daemon daemon;
    daemon.add_group("cat", {"cat"});
    daemon.run(daemon.id("cat", "cat"), 100);
    daemon.pass(std::chrono::seconds(59));
    EXPECT_EQ(daemon.ask("supervisor.getProcessInfo", {text("cat")}),
              "{name: 'cat', group: 'cat', start: 1000, stop: 0, now: 1060, state: 20, "
              "statename: 'RUNNING', spawnerr: '', exitstatus: 0, logfile: '', "
              "stdout_logfile: '', stderr_logfile: '', pid: 100, "
              "description: 'pid 100, uptime 0:01:00'}");
}

TEST(ProcessInfo, NamesTheLogFiles) {
    fake_daemon daemon;
    core::group_config group;
    group.name = "p";
    auto& process = group.processes.emplace_back();
    process.name = "p";
    process.stdout_log.kind = core::channel_config::target::file;
    process.stdout_log.path = "/log/out";
    process.stderr_log.kind = core::channel_config::target::file;
    process.stderr_log.path = "/log/err";
    daemon.port.fleet.add_group(group, daemon.port.now);
    EXPECT_THAT(daemon.ask("supervisor.getProcessInfo", {text("p")}),
                testing::HasSubstr("logfile: '/log/out', stdout_logfile: '/log/out', "
                                   "stderr_logfile: '/log/err', pid: 0, "
                                   "description: 'Not started'"));
}

TEST(ProcessInfo, ClampsTimesTo32Bits) {
    fake_daemon daemon;
    daemon.add_group("cat", {"cat"});
    daemon.port.now.wall = 5'000'000'000;
    daemon.port.start(daemon.id("cat", "cat"));
    EXPECT_THAT(daemon.ask("supervisor.getProcessInfo", {text("cat")}),
                testing::HasSubstr("start: 2147483647, stop: 0, now: 2147483647,"));
}

TEST(ProcessInfo, FaultsForUnknownNamesAndWholeGroups) {
    fake_daemon daemon;
    daemon.add_group("mix", {"cat"});
    for (const auto* name : {"", "cat", "mix", "mix:", "mix:*", "mix:nope", "mix:cat:c", "nope:cat",
                             "Mix:cat", ":", "naïve"}) {
        EXPECT_EQ(daemon.ask("supervisor.getProcessInfo", {text(name)}),
                  "fault 10 BAD_NAME: " + std::string(name));
    }
}

TEST(ProcessInfo, OfAllIsSortedByGroupAndName) {
    fake_daemon daemon;
    EXPECT_EQ(daemon.ask("supervisor.getAllProcessInfo"), "[]");
    daemon.add_group("b", {"z", "B", "a"}, 1);
    daemon.add_group("a", {"x"}, 2);
    const auto talk = daemon.begin("supervisor.getAllProcessInfo");
    const auto decoded = decode_response(talk->answered.body);
    ASSERT_TRUE(decoded);
    std::vector<std::string> names;
    for (const value& each : std::get<array>(std::get<value>(*decoded).held)) {
        names.push_back(*each.find("group")->text() + ":" + *each.find("name")->text());
    }
    EXPECT_THAT(names, testing::ElementsAre("a:x", "b:B", "b:a", "b:z"));
}

}  // namespace
}  // namespace ringmaster::rpc

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/option_table.hpp"
#include "unit/rpc/fake_daemon.hpp"

namespace ringmaster::rpc {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

core::process_config named(std::string name) {
    core::process_config process;
    process.name = std::move(name);
    process.command = "/bin/cat";
    return process;
}

core::group_config group_of(std::string name, std::vector<core::process_config> processes) {
    core::group_config group;
    group.name = std::move(name);
    group.processes = std::move(processes);
    return group;
}

TEST(GetAllConfigInfo, ShowsDefaultsInSupervisorsOrder) {
    fake_daemon daemon;
    daemon.port.configured.push_back(group_of("web", {named("front")}));
    EXPECT_EQ(daemon.ask("supervisor.getAllConfigInfo"),
              "[{autostart: true, autorestart: 'unexpected', directory: 'none', uid: 'none', "
              "command: '/bin/cat', exitcodes: [0], group: 'web', group_prio: 999, inuse: false, "
              "killasgroup: false, name: 'front', process_prio: 999, redirect_stderr: false, "
              "startretries: 3, startsecs: 1, stdout_capture_maxbytes: 0, "
              "stdout_events_enabled: false, stdout_logfile: 'auto', stdout_logfile_backups: 10, "
              "stdout_logfile_maxbytes: 52428800, stdout_syslog: false, stopsignal: 15, "
              "stopwaitsecs: 10, stderr_capture_maxbytes: 0, stderr_events_enabled: false, "
              "stderr_logfile: 'auto', stderr_logfile_backups: 10, "
              "stderr_logfile_maxbytes: 52428800, stderr_syslog: false, serverurl: 'none'}]");
}

TEST(GetAllConfigInfo, ShowsWhatIsSet) {
    fake_daemon daemon;
    auto process = named("x");
    process.directory = "/srv";
    process.user = core::account{"joe", 1000, 100, {100}};
    process.autorestart = core::autorestart_mode::always;
    process.exitcodes = {};
    process.stopsignal = 10;
    process.stdout_log.kind = core::channel_config::target::none;
    process.stderr_log.path = "/tmp/x.log";
    process.stderr_log.maxbytes = std::int64_t{3} << 30;
    process.serverurl = "http://localhost:1";
    daemon.port.configured.push_back(group_of("x", {process}));
    const auto shown = daemon.ask("supervisor.getAllConfigInfo");
    for (const auto* part :
         {"directory: '/srv'", "uid: 1000", "autorestart: true", "exitcodes: []", "stopsignal: 10",
          "stdout_logfile: 'none'", "stderr_logfile: '/tmp/x.log'",
          "stderr_logfile_maxbytes: 3221225472", "serverurl: 'http://localhost:1'"})
        EXPECT_THAT(shown, HasSubstr(part));
}

TEST(GetAllConfigInfo, SortsByProcessAndTellsWhichGroupsAreInUse) {
    fake_daemon daemon;
    daemon.add_group("active", {"b"});
    auto doubled = group_of("active", {named("b"), named("a")});
    doubled.shadowed.push_back(named("a"));
    daemon.port.configured = {group_of("waiting", {named("c"), named("a")}), doubled};
    std::string order;
    const auto shown = daemon.ask("supervisor.getAllConfigInfo");
    for (auto at = shown.find(" group: '"); at != std::string::npos;
         at = shown.find(" group: '", at + 1))
        order += shown.substr(at + 9, 1) + shown.substr(shown.find(" name: '", at) + 8, 1) + " ";
    EXPECT_EQ(order, "wa aa aa ab wc ");
    EXPECT_THAT(shown, HasSubstr("group: 'active', group_prio: 999, inuse: true"));
    EXPECT_THAT(shown, HasSubstr("group: 'waiting', group_prio: 999, inuse: false"));
}

}  // namespace
}  // namespace ringmaster::rpc

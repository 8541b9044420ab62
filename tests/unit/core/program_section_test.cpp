// One row for each option of a program: its default, good values, bad values with their text.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/load.hpp"

namespace ringmaster::core {
namespace {

using target = channel_config::target;
using test::load;
using testing::ElementsAre;

constexpr std::string_view suffix = " in section 'program:x' (file: '/etc/s.conf')";

std::string program(std::string_view lines) {
    return "[supervisord]\n[program:x]\ncommand=cat\n" + std::string(lines) + "\n";
}

/// The first process of a program with these lines.
process_config process(std::string_view lines) {
    const auto got = load(program(lines));
    if (!got) {
        ADD_FAILURE() << got.error().text;
        return {};
    }
    return got->groups.at(0).processes.at(0);
}

std::string complaint(std::string_view lines) {
    return test::complaint(program(lines));
}

TEST(ProgramSection, DefaultsAreSupervisors) {
    const auto p = process("");
    EXPECT_EQ(p.name, "x");
    EXPECT_EQ(p.section, "program:x");
    EXPECT_EQ(p.command, "cat");
    EXPECT_EQ(p.priority, 999);
    EXPECT_TRUE(p.autostart);
    EXPECT_EQ(p.autorestart, autorestart_mode::unexpected);
    EXPECT_EQ(p.startsecs, 1);
    EXPECT_EQ(p.startretries, 3);
    EXPECT_THAT(p.exitcodes, ElementsAre(0));
    EXPECT_EQ(p.stopsignal, 15);
    EXPECT_EQ(p.stopwaitsecs, 10);
    EXPECT_FALSE(p.stopasgroup || p.killasgroup || p.redirect_stderr);
    EXPECT_FALSE(p.directory || p.umask || p.user || p.serverurl);
    for (const auto* log : {&p.stdout_log, &p.stderr_log}) EXPECT_EQ(*log, channel_config{});
    EXPECT_EQ(p.stdout_log.kind, target::automatic);
    EXPECT_EQ(p.stdout_log.maxbytes, 52428800);
    EXPECT_EQ(p.stdout_log.backups, 10);
}

TEST(ProgramSection, EveryOptionReachesItsField) {
    const auto p = process(
        "priority=-5\nautostart=no\nautorestart=true\nstartsecs=0\nstartretries=9\n"
        "exitcodes=0,2\nstopsignal=INT\nstopwaitsecs=3\nstopasgroup=true\numask=027\n"
        "directory=~/work\nuser=joe\nserverurl=http://x\nredirect_stderr=1\n"
        "stdout_logfile=/tmp/%(program_name)s.log\nstdout_logfile_maxbytes=1KB\n"
        "stdout_logfile_backups=1\nstdout_capture_maxbytes=2KB\nstdout_events_enabled=true\n"
        "stdout_syslog=true\nstderr_logfile_maxbytes=3KB\nstderr_logfile_backups=2\n"
        "stderr_capture_maxbytes=4KB\nstderr_events_enabled=true\nstderr_syslog=true\n"
        "environment=A=\"1\"\n");
    EXPECT_EQ(p.priority, -5);
    EXPECT_FALSE(p.autostart);
    EXPECT_EQ(p.autorestart, autorestart_mode::always);
    EXPECT_EQ(p.startsecs, 0);
    EXPECT_EQ(p.startretries, 9);
    EXPECT_THAT(p.exitcodes, ElementsAre(0, 2));
    EXPECT_EQ(p.stopsignal, 2);
    EXPECT_EQ(p.stopwaitsecs, 3);
    EXPECT_TRUE(p.stopasgroup && p.killasgroup);
    EXPECT_EQ(p.umask, 027U);
    EXPECT_EQ(p.directory, "~/work");
    EXPECT_EQ(p.user->uid, 1000U);
    EXPECT_EQ(p.serverurl, "http://x");
    EXPECT_TRUE(p.redirect_stderr);
    EXPECT_EQ(p.stdout_log,
              (channel_config{target::file, "/tmp/x.log", 1024, 1, 2048, true, true}));
    EXPECT_EQ(p.stderr_log, (channel_config{target::none, "", 3072, 2, 4096, true, true}));
    EXPECT_EQ(p.env, (environment{{"A", "1"}}));
}

TEST(ProgramSection, BadValuesAreReportedWithSectionAndFile) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"autostart=maybe", "not a valid boolean value: 'maybe'"},
        {"autorestart=Now", "invalid 'autorestart' value 'now'"},
        {"startsecs=ten", "invalid literal for int() with base 10: 'ten'"},
        {"startretries=", "invalid literal for int() with base 10: ''"},
        {"exitcodes=256", "not a valid list of exit codes: '256'"},
        {"stopsignal=NOPE", "value 'NOPE' is not a valid signal name"},
        {"stopwaitsecs=1.5", "invalid literal for int() with base 10: '1.5'"},
        {"stopasgroup=2", "not a valid boolean value: '2'"},
        {"killasgroup=2", "not a valid boolean value: '2'"},
        {"redirect_stderr=2", "not a valid boolean value: '2'"},
        {"numprocs=x", "invalid literal for int() with base 10: 'x'"},
        {"numprocs_start=x", "invalid literal for int() with base 10: 'x'"},
        {"user=jim", "Invalid user name jim"},
        {"user=77", "Invalid user id 77"},
        {"umask=9", "9 can not be converted to an octal type"},
        {"environment=A", "Unexpected end of key/value pairs in value 'A'"},
        {"stdout_logfile=/no/x", "The directory named as part of the path /no/x does not exist"},
        {"stderr_logfile=/no/x", "The directory named as part of the path /no/x does not exist"},
        {"stdout_logfile_maxbytes=5XB", "invalid literal for int() with base 10: '5xb'"},
        {"stderr_logfile_maxbytes=5XB", "invalid literal for int() with base 10: '5xb'"},
        {"stdout_logfile_backups=x", "invalid literal for int() with base 10: 'x'"},
        {"stderr_logfile_backups=x", "invalid literal for int() with base 10: 'x'"},
        {"stdout_capture_maxbytes=x", "invalid literal for int() with base 10: 'x'"},
        {"stderr_capture_maxbytes=x", "invalid literal for int() with base 10: 'x'"},
        {"stdout_events_enabled=x", "not a valid boolean value: 'x'"},
        {"stderr_events_enabled=x", "not a valid boolean value: 'x'"},
        {"stdout_syslog=x", "not a valid boolean value: 'x'"},
        {"stderr_syslog=x", "not a valid boolean value: 'x'"},
        {"process_name=a b", "Invalid name: 'a b' because of character: ' '"},
        {"process_name=%",
         "Format string '%' for 'process_name' is badly formatted: incomplete format"},
        {"numprocs=2", "%(process_num) must be present within process_name when numprocs > 1"},
        {"stopasgroup=true\nkillasgroup=false",
         "Cannot set stopasgroup=true and killasgroup=false"},
    };
    for (const auto& [lines, text] : rows)
        EXPECT_EQ(complaint(lines), std::string(text) + std::string(suffix)) << lines;
}

TEST(ProgramSection, PriorityIsReadByTheGroupFirst) {
    EXPECT_EQ(complaint("priority=x"), "invalid literal for int() with base 10: 'x'");
    EXPECT_NE(
        complaint("priority=%(program_name)s").find("Available names: ENV_HOME, ENV_LANG, here"),
        std::string::npos);
}

TEST(ProgramSection, CommandIsRequiredButMayBeEmpty) {
    EXPECT_EQ(test::complaint("[supervisord]\n[program:x]\n"),
              "program section program:x does not specify a command" + std::string(suffix));
    EXPECT_EQ(test::complaint("[supervisord]\n[program:x]\ncommand=\n"), "accepted");
}

TEST(ProgramSection, AnUngroupedProgramsNameIsCheckedByItsGroup) {
    EXPECT_EQ(test::complaint("[supervisord]\n[program:a b]\ncommand=x\n"),
              "Invalid name: 'a b' because of character: ' '");
    EXPECT_EQ(test::complaint("[supervisord]\n[program:a b]\ncommand=x\n[group:g]\nprograms=a b\n"),
              "Invalid name: 'a b' because of character: ' ' in section 'program:a b' "
              "(file: '/etc/s.conf')");
}

TEST(ProgramSection, NumprocsNumbersItsProcesses) {
    const auto got =
        load(program("process_name=%(program_name)s_%(process_num)02d\nnumprocs=3\n"
                     "numprocs_start=9\nenvironment=N=\"%(process_num)d/%(numprocs)d\"\n"
                     "directory=/srv/%(ENV_N)s"));
    ASSERT_TRUE(got) << got.error().text;
    const auto& processes = got->groups.at(0).processes;
    ASSERT_EQ(processes.size(), 3U);
    // Sorted as text.
    EXPECT_EQ(processes[0].name, "x_09");
    EXPECT_EQ(processes[1].name, "x_10");
    EXPECT_EQ(processes[2].directory, "/srv/11/3");
}

TEST(ProgramSection, NoNumprocsMakeAnEmptyGroup) {
    for (const std::string_view lines : {"numprocs=0", "numprocs=-3"}) {
        const auto got = load(program(lines));
        ASSERT_TRUE(got);
        EXPECT_TRUE(got->groups.at(0).processes.empty());
    }
}

TEST(ProgramSection, AMistypedNumprocsDoesNotEatAllMemory) {
    EXPECT_EQ(complaint("numprocs=1000000000\nprocess_name=%(process_num)d"),
              "1000000000 is above upper bound (100000)" + std::string(suffix));
}

TEST(ProgramSection, LogfileWords) {
    EXPECT_EQ(process("stdout_logfile=Auto").stdout_log.kind, target::automatic);
    for (const std::string_view word : {"NONE", "off", ""})
        EXPECT_EQ(process("stdout_logfile=" + std::string(word)).stdout_log.kind, target::none);
    EXPECT_EQ(process("stdout_logfile=-").stdout_log.path, "-");
    EXPECT_EQ(process("stdout_logfile=~/x").stdout_log.path, "/home/joe/x");
    const auto log = process("stdout_logfile=SYSLOG\nstdout_syslog=false").stdout_log;
    EXPECT_EQ(log.kind, target::none);
    EXPECT_TRUE(log.syslog);
}

TEST(ProgramSection, ServerurlAutoAndEmptyDiffer) {
    EXPECT_EQ(process("serverurl= auto ").serverurl, std::nullopt);
    EXPECT_EQ(process("serverurl=").serverurl, "");
}

TEST(ProgramSection, EnvironmentIsLaidOverTheDaemons) {
    const auto got = load(
        "[supervisord]\nenvironment=A=\"1\",B=\"%(host_node_name)s 100%%\"\n"
        "[program:x]\ncommand=%(ENV_A)s %(ENV_C)s "
        "%(ENV_HOME)s\nenvironment=A=\"2\",C=\"%(ENV_A)s\"\n");
    ASSERT_TRUE(got) << got.error().text;
    const auto& p = got->groups.at(0).processes.at(0);
    EXPECT_EQ(p.env, (environment{{"A", "2"}, {"B", "box 100%"}, {"C", "1"}}));
    EXPECT_EQ(p.command, "2 1 /home/joe");
}

TEST(ProgramSection, ListsTheNamesOfBothStages) {
    EXPECT_EQ(complaint("serverurl=%(no)s"),
              "Format string '%(no)s' for 'program:x.serverurl' contains names ('no') which cannot "
              "be expanded. Available names: ENV_HOME, ENV_LANG, group_name, here, host_node_name, "
              "program_name" +
                  std::string(suffix));
    EXPECT_EQ(
        complaint("environment=A=\"%(no)s\""),
        "Format string 'A=\"%(no)s\"' for 'environment' contains names ('no') which cannot be "
        "expanded. Available names: ENV_HOME, ENV_LANG, group_name, here, host_node_name, "
        "numprocs, process_num, program_name" +
            std::string(suffix));
}

TEST(ProgramSection, TheFirstComplaintIsSupervisorsFirst) {
    EXPECT_EQ(complaint("command=%(no)s\nexitcodes=x\nstopsignal=x\nautostart=x").substr(0, 34),
              "not a valid boolean value: 'x' in ");
    EXPECT_EQ(complaint("stderr_logfile=/no/x\nenvironment=A\nuser=jim").substr(0, 21),
              "Invalid user name jim");
}

}  // namespace
}  // namespace ringmaster::core

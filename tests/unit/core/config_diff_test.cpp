#include "core/config_diff.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/load.hpp"

namespace ringmaster::core {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using shared_groups = std::vector<std::shared_ptr<const group_config>>;

shared_groups shared(const std::vector<group_config>& plain) {
    shared_groups made;
    for (const auto& group : plain) made.push_back(std::make_shared<const group_config>(group));
    return made;
}

shared_groups groups(std::string_view text) {
    const auto got = test::load("[supervisord]\n" + std::string(text));
    EXPECT_TRUE(got) << got.error().text;
    return got ? shared(got->groups) : shared_groups{};
}

/// Whether a program with `before` counts as changed when it gets `after`.
bool changes(std::string_view before, std::string_view after) {
    const std::string head = "[program:x]\n";
    const auto difference =
        compare_groups(groups(head + std::string(before)), groups(head + std::string(after)));
    return !difference.changed.empty();
}

TEST(ConfigDiff, NamesGroupsInTheirOrder) {
    const auto active =
        groups("[program:a]\ncommand=a\n[program:b]\ncommand=b\n[program:c]\ncommand=c\n");
    const auto pending = groups(
        "[program:z]\ncommand=z\n[program:d]\ncommand=d\npriority=1000\n[program:b]\ncommand=b2\n");
    const auto difference = compare_groups(active, pending);
    EXPECT_THAT(difference.added, ElementsAre("z", "d"));
    EXPECT_THAT(difference.changed, ElementsAre("b"));
    EXPECT_THAT(difference.removed, ElementsAre("a", "c"));
}

TEST(ConfigDiff, EqualMeaningIsNoChange) {
    EXPECT_FALSE(changes("command=x\nstopsignal=TERM\nuser=joe",
                         "; comment\nuser=1000\nstopsignal=15\ncommand=x\nunknown=1"));
    EXPECT_FALSE(changes("command=x\nautostart=true", "command=x\nautostart=YES"));
}

TEST(ConfigDiff, EveryOptionOfAProcessCounts) {
    for (const std::string_view line : {"priority=1",
                                        "autostart=false",
                                        "autorestart=true",
                                        "startsecs=2",
                                        "startretries=4",
                                        "exitcodes=1",
                                        "stopsignal=INT",
                                        "stopwaitsecs=1",
                                        "stopasgroup=true",
                                        "killasgroup=true",
                                        "user=joe",
                                        "umask=077",
                                        "environment=A=1",
                                        "directory=/tmp",
                                        "serverurl=x",
                                        "redirect_stderr=true",
                                        "stdout_logfile=/tmp/x",
                                        "stderr_logfile=none",
                                        "stdout_logfile_maxbytes=1",
                                        "stderr_logfile_maxbytes=1",
                                        "stdout_logfile_backups=1",
                                        "stderr_logfile_backups=1",
                                        "stdout_capture_maxbytes=1",
                                        "stderr_capture_maxbytes=1",
                                        "stdout_events_enabled=true",
                                        "stderr_events_enabled=true",
                                        "stdout_syslog=true",
                                        "stderr_syslog=true",
                                        "process_name=y",
                                        "numprocs=0"})
        EXPECT_TRUE(changes("command=x", "command=x\n" + std::string(line))) << line;
    EXPECT_TRUE(changes("command=x", "command=y"));
}

TEST(ConfigDiff, AutoIsAChangeOnlyOnTheWayOut) {
    EXPECT_FALSE(changes("command=x\nstdout_logfile=/tmp/x", "command=x\nstdout_logfile=AUTO"));
    EXPECT_TRUE(changes("command=x\nstdout_logfile=AUTO", "command=x\nstdout_logfile=/tmp/x"));
    EXPECT_TRUE(changes("command=x\nstdout_logfile=/tmp/y", "command=x\nstdout_logfile=/tmp/x"));
}

TEST(ConfigDiff, TheDaemonsEnvironmentChangesEverything) {
    const auto before = test::load("[supervisord]\n[program:a]\ncommand=a\n");
    const auto after = test::load("[supervisord]\nenvironment=A=1\n[program:a]\ncommand=a\n");
    EXPECT_THAT(compare_groups(shared(before->groups), shared(after->groups)).changed,
                ElementsAre("a"));
}

TEST(ConfigDiff, OrderInAGroupCounts) {
    const std::string programs = "[program:a]\ncommand=a\n[program:b]\ncommand=b\n[group:g]\n";
    EXPECT_THAT(compare_groups(groups(programs + "programs=a,b"), groups(programs + "programs=b,a"))
                    .changed,
                ElementsAre("g"));
    EXPECT_THAT(
        compare_groups(groups(programs + "programs=a,b"), groups(programs + "programs=a, b"))
            .changed,
        IsEmpty());
}

TEST(ConfigDiff, ListenersAndSockets) {
    const std::string listener = "[eventlistener:l]\ncommand=l\n";
    const auto listens = [&](std::string_view a, std::string_view b) {
        return compare_groups(groups(listener + std::string(a)), groups(listener + std::string(b)))
            .changed.size();
    };
    EXPECT_EQ(listens("events=TICK,EVENT", "events=event,tick"), 0U);
    EXPECT_EQ(listens("events=TICK", "events=TICK_5"), 1U);
    EXPECT_EQ(listens("events=TICK", "events=TICK\nbuffer_size=2"), 1U);

    const std::string fcgi = "[fcgi-program:f]\ncommand=f\n";
    const auto serves = [&](std::string_view a, std::string_view b) {
        return compare_groups(groups(fcgi + std::string(a)), groups(fcgi + std::string(b)))
            .changed.size();
    };
    EXPECT_EQ(serves("socket=unix:///a", "socket=unix:///a\nsocket_mode=0777"), 0U);
    EXPECT_EQ(serves("socket=unix:///a", "socket=unix:///b"), 1U);
}

}  // namespace
}  // namespace ringmaster::core

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/load.hpp"

namespace ringmaster::core {
namespace {

using test::complaint;
using test::load;
using testing::ElementsAre;

constexpr std::string_view two_programs =
    "[supervisord]\n[program:b]\ncommand=b\npriority=1\n[program:a]\ncommand=a\npriority=2\n";

std::string with(std::string_view lines) {
    return std::string(two_programs) + std::string(lines);
}

std::vector<std::string> names_of(const std::vector<group_config>& groups) {
    std::vector<std::string> out;
    std::ranges::transform(groups, std::back_inserter(out), &group_config::name);
    return out;
}

std::vector<std::string> names_of(const std::vector<process_config>& processes) {
    std::vector<std::string> out;
    std::ranges::transform(processes, std::back_inserter(out), &process_config::name);
    return out;
}

TEST(Groups, AreSortedByPriorityThenName) {
    const auto got =
        load(with("[program:c]\ncommand=c\n[program:A]\ncommand=c\n"
                  "[eventlistener:l]\ncommand=l\nevents=TICK\n"));
    ASSERT_TRUE(got) << got.error().text;
    EXPECT_THAT(names_of(got->groups), ElementsAre("l", "b", "a", "A", "c"));
    EXPECT_EQ(got->groups[0].priority, -1);
    EXPECT_EQ(got->groups[0].processes[0].priority, 999);
}

TEST(Groups, MembersKeepTheOrderOfTheList) {
    const auto got = load(with("[group:g]\nprograms=a, b\npriority=7\n"));
    ASSERT_TRUE(got) << got.error().text;
    ASSERT_THAT(names_of(got->groups), ElementsAre("g"));
    EXPECT_EQ(got->groups[0].priority, 7);
    EXPECT_THAT(names_of(got->groups[0].processes), ElementsAre("a", "b"));
}

TEST(Groups, AProgramMayBeInSeveral) {
    const auto got = load(with("[group:g]\nprograms=a\n[group:h]\nprograms=a,b\n[group:i]\n"));
    ASSERT_TRUE(got) << got.error().text;
    EXPECT_THAT(names_of(got->groups), ElementsAre("g", "h", "i"));
    EXPECT_TRUE(got->groups[2].processes.empty());
}

TEST(Groups, Complaints) {
    EXPECT_EQ(complaint(with("[group:g]\nprograms=c\n")),
              "[group:g] names unknown program or fcgi-program c");
    EXPECT_EQ(complaint(with("[group:g]\nprograms=a,\n")),
              "[group:g] names unknown program or fcgi-program ");
    EXPECT_EQ(complaint(with("[fcgi-program:a]\ncommand=x\n[group:g]\nprograms=a\n")),
              "[group:g] name a is ambiguous (exists as program and fcgi-program)");
    EXPECT_EQ(complaint(with("[group:g h]\n")), "Invalid name: 'g h' because of character: ' '");
    EXPECT_EQ(complaint(with("[group: g h]\n")), "Invalid name: ' g h' because of character: ' '");
    EXPECT_EQ(complaint(with("[group:g]\npriority=x\nprograms=c\n")),
              "invalid literal for int() with base 10: 'x'");
}

TEST(Groups, TheFirstOfTwoWithOneNameIsActive) {
    const auto got = load(with("[group:a]\nprograms=b\npriority=1\n"));
    ASSERT_TRUE(got) << got.error().text;
    EXPECT_THAT(names_of(got->groups), ElementsAre("a"));
    EXPECT_THAT(names_of(got->groups[0].processes), ElementsAre("b"));
    EXPECT_THAT(names_of(got->shadowed_groups), ElementsAre("a"));
}

TEST(Groups, TheLaterOfTwoProcessesWithOneNameReplacesTheEarlier) {
    const auto got = load(
        "[supervisord]\n[program:a]\ncommand=first\nprocess_name=p\n"
        "[program:b]\ncommand=second\nprocess_name=p\n[group:g]\nprograms=a,b\n");
    ASSERT_TRUE(got) << got.error().text;
    ASSERT_EQ(got->groups[0].processes.size(), 1U);
    EXPECT_EQ(got->groups[0].processes[0].command, "second");
    ASSERT_EQ(got->groups[0].shadowed.size(), 1U);
    EXPECT_EQ(got->groups[0].shadowed[0].command, "first");
}

TEST(EventListeners, CollectTheirEvents) {
    const auto got = load(
        "[supervisord]\n[eventlistener:l]\ncommand=l\nevents=tick_5, PROCESS_STATE,TICK_5\n"
        "buffer_size=3\nresult_handler=supervisor.dispatchers:default_handler\n");
    ASSERT_TRUE(got) << got.error().text;
    const auto& group = got->groups.at(0);
    EXPECT_EQ(group.kind, group_kind::listener);
    EXPECT_THAT(group.listener->events, ElementsAre("PROCESS_STATE", "TICK_5"));
    EXPECT_EQ(group.listener->buffer_size, 3);
}

TEST(EventListeners, NameTheirPoolAsItIsWritten) {
    const auto got = load("[supervisord]\n[eventlistener: l ]\ncommand=l\nevents=EVENT\n");
    ASSERT_TRUE(got) << got.error().text;
    EXPECT_EQ(got->groups.at(0).name, " l ");
    EXPECT_EQ(got->groups.at(0).processes.at(0).name, "l");
}

TEST(EventListeners, Complaints) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"", "[eventlistener:l] section requires an \"events\" line"},
        {"events=", "[eventlistener:l] section requires an \"events\" line"},
        {"events=foo,TICK", "Unknown event type FOO in [eventlistener:l] events"},
        {"events=TICK\nbuffer_size=0", "[eventlistener:l] section sets invalid buffer_size (0)"},
        {"events=TICK\nbuffer_size=x", "invalid literal for int() with base 10: 'x'"},
        {"events=TICK\npriority=x", "invalid literal for int() with base 10: 'x'"},
        {"events=TICK\nredirect_stderr=true",
         "[eventlistener:l] section sets redirect_stderr=true but this is not allowed because it "
         "will interfere with the eventlistener protocol"},
        {"events=TICK\nautostart=x",
         "not a valid boolean value: 'x' in section 'eventlistener:l' (file: '/etc/s.conf')"},
    };
    for (const auto& [lines, text] : rows)
        EXPECT_EQ(complaint("[supervisord]\n[eventlistener:l]\ncommand=l\n" + std::string(lines)),
                  text);
    EXPECT_EQ(
        complaint("[supervisord]\n[eventlistener:l]\ncommand=l\nevents=TICK\nresult_handler=a:b")
            .substr(0, 47),
        "a:b cannot be resolved within [eventlistener:l]");
}

TEST(FcgiPrograms, ShareOneSocket) {
    const auto got = load(
        "[supervisord]\n[fcgi-program:f]\ncommand=f\nnumprocs=2\nprocess_name=%(process_num)d\n"
        "socket=unix:///run/%(program_name)s.sock\nsocket_owner=joe:users\nsocket_mode=0770\n"
        "socket_backlog=5\n");
    ASSERT_TRUE(got) << got.error().text;
    const auto& group = got->groups.at(0);
    EXPECT_EQ(group.kind, group_kind::fcgi);
    const auto& socket = group.processes.at(0).fcgi_socket;
    ASSERT_TRUE(socket);
    EXPECT_EQ(socket, group.processes.at(1).fcgi_socket);
    EXPECT_EQ(socket->url, "unix:///run/f.sock");
    EXPECT_EQ(socket->path, "/run/f.sock");
    EXPECT_EQ(socket->owner, (ownership{1000, 100}));
    EXPECT_EQ(socket->mode, 0770U);
    EXPECT_EQ(socket->backlog, 5);
}

TEST(FcgiPrograms, OwnTheSocketLikeTheirUser) {
    test::fake_host machine;
    machine.uid = 0;
    const std::string section =
        "[supervisord]\n[fcgi-program:f]\ncommand=f\nsocket=unix:///run/f\n";
    const auto other = load(section + "user=joe\n", machine);
    EXPECT_EQ(other->groups[0].processes[0].fcgi_socket->owner, (ownership{1000, 100}));
    const auto same = load(section + "user=root\n", machine);
    EXPECT_EQ(same->groups[0].processes[0].fcgi_socket->owner, ownership{});
}

TEST(FcgiPrograms, Complaints) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"", "[fcgi-program:f] section requires a \"socket\" line"},
        {"socket=foo", "('Bad socket format %s', 'foo') in [fcgi-program:f] socket"},
        {"socket=TCP://a:1", "('Bad socket format %s', 'TCP://a:1') in [fcgi-program:f] socket"},
        {"socket=tcp://:1", "('Bad socket format %s', 'tcp://:1') in [fcgi-program:f] socket"},
        {"socket=tcp://a b:1",
         "('Bad socket format %s', 'tcp://a b:1') in [fcgi-program:f] socket"},
        {"socket=unix://x",
         "('Unix socket path %s is not an absolute path', 'x') in [fcgi-program:f] socket"},
        {"socket=tcp://a:0", "0 is below lower bound (1) in [fcgi-program:f] socket"},
        {"socket=", "[fcgi-program:f] section requires a \"socket\" line"},
        {"socket=tcp://a:70000", "70000 is above upper bound (65535) in [fcgi-program:f] socket"},
        {"socket=tcp://a:0\nsocket_mode=0700",
         "socket_owner and socket_mode params should only be used with a Unix domain socket in "
         "[fcgi-program:f] socket"},
        {"socket=http://a:1\nsocket_owner=joe",
         "socket_owner and socket_mode params should only be used with a Unix domain socket in "
         "[fcgi-program:f] socket"},
        {"socket=unix:///x\nsocket_mode=9", "Invalid socket_mode value 9"},
        {"socket=unix:///x\nsocket_owner=jim", "Invalid socket_owner value jim"},
        {"socket=unix:///x\nsocket_backlog=0", "Invalid socket_backlog value 0"},
        {"socket=unix:///x\nsocket_backlog=", "invalid literal for int() with base 10: ''"},
        {"socket=unix:///x\nuser=jim", "Invalid user name jim"},
    };
    for (const auto& [lines, text] : rows)
        EXPECT_EQ(complaint("[supervisord]\n[fcgi-program:f]\ncommand=f\n" + std::string(lines)),
                  text);
}

TEST(FcgiPrograms, AWrongSocketInAGroupOnlyWarns) {
    const auto got =
        load("[supervisord]\n[fcgi-program:f]\ncommand=f\nsocket=foo\n[group:g]\nprograms=f\n");
    ASSERT_TRUE(got) << got.error().text;
    EXPECT_EQ(got->groups[0].kind, group_kind::plain);
    EXPECT_EQ(got->groups[0].processes[0].fcgi_socket, nullptr);
    EXPECT_EQ(got->messages.at(0).level, log_level::warn);
}

}  // namespace
}  // namespace ringmaster::core

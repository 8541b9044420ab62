#include "core/config_dump.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "core/config_diff.hpp"
#include "core/option_table.hpp"
#include "support/load.hpp"

namespace ringmaster::core {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view fleet = R"([supervisord]
environment=ALL="for \"everyone\"",PERCENT="100%%"
[unix_http_server]
file=/tmp/s.sock
chmod=0770
chown=joe:users
[inet_http_server]
port=*:9001
username=u
password=p%%
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[program:web]
command=/bin/web --port 80%(process_num)02d --%% "a b"
process_name=%(program_name)s-%(process_num)d
numprocs=3
numprocs_start=4
priority=5
autorestart=true
stopsignal=usr1
exitcodes=0,2
umask=027
user=joe
directory=/srv/%(ENV_OWN)s
environment=OWN="%(process_num)d"
stdout_logfile=/tmp/%(process_num)d.log
stdout_logfile_maxbytes=1MB
stderr_logfile=NONE
serverurl=
[program:lines]
command=/bin/sh -c "one
  two"
[program:a]
command=a
process_name=same
[program:b]
command=b
process_name=same
[group:both]
programs=b,a
priority=7
[program:none]
numprocs=0
[eventlistener:hear]
command=l
events=tick_5,PROCESS_STATE
buffer_size=3
[fcgi-program:f]
command=f
socket=unix:///tmp/f.sock
socket_mode=0600
socket_owner=joe:users
socket_backlog=10
[eventlistener:pool]
command=l %(process_num)02d of %(numprocs)d on %(host_node_name)s in %(ENV_PLACE)s for %(ENV_ALL)s
events=EVENT
process_name=%(group_name)s-100%%-%(process_num)x
numprocs=3
numprocs_start=9
priority=20
environment=PLACE="%(here)s/%(process_num)d",SAME="1 %%",LANG="own"
directory=/srv/%(ENV_LANG)s
stdout_logfile=~/%(process_num)d.log
stderr_logfile_backups=%(process_num)d
[eventlistener:nobody]
command=l
events=EVENT
numprocs=0
priority=3
[fcgi-program:shared]
command=f
socket=tcp://LocalHost:9001
socket_backlog=5
numprocs=2
process_name=%(program_name)s-%(process_num)d
stdout_logfile=/tmp/one.log
user=joe
[fcgi-program:nobody-too]
command=f
socket=unix:///tmp/n.sock
numprocs=0
[fcgi-program:inside]
command=f
socket=unix:///tmp/inside.sock
numprocs=2
process_name=%(process_num)d
[program:other]
command=x
process_name=shared
[group:mixed]
programs=inside,other
)";

std::string ini(const config& from) {
    auto shown = dump_as_ini(from);
    return shown ? *std::move(shown) : shown.error().text;
}

TEST(ConfigDump, AsIniReadsBackAsTheSameConfiguration) {
    const auto once = test::load(fleet);
    ASSERT_TRUE(once) << once.error().text;
    const auto text = ini(*once);
    const auto again = test::load(text);
    ASSERT_TRUE(again) << again.error().text << text;
    ASSERT_EQ(again->groups.size(), once->groups.size());
    for (std::size_t i = 0; i < once->groups.size(); ++i)
        EXPECT_TRUE(same_group(again->groups[i], once->groups[i])) << once->groups[i].name << text;
    // Whatever the comparison may not look at shows here.
    EXPECT_EQ(ini(*again), text);
    EXPECT_EQ(again->server_url, once->server_url);
    EXPECT_EQ(again->daemon.env, once->daemon.env);
    EXPECT_EQ(again->servers.size(), 2U);
}

TEST(ConfigDump, AsIniShowsEveryOptionOfTheTable) {
    auto got = test::load(fleet);
    ASSERT_TRUE(got) << got.error().text;
    got->daemon.directory = "/srv";
    got->daemon.user = account{"joe", 1000, 100, {100}};
    const auto text = ini(*got);
    for (const auto& section : option_sections()) {
        // The client's, and what has been followed.
        if (section.kind == section_kind::supervisorctl || section.kind == section_kind::include)
            continue;
        for (const auto& row : section.options) {
            if (row.type == value_type::ignored) continue;
            EXPECT_NE(text.find(fmt::format("\n{}=", row.name)), std::string::npos)
                << section.header << row.name;
        }
    }
}

TEST(ConfigDump, APoolOfSeveralIsOneSectionWithOnlyItsNumbersLeftToExpand) {
    const auto got = test::load(
        "[supervisord]\n[eventlistener:l]\ncommand=%(program_name)s 5%% %(process_num)02d\n"
        "events=TICK_5\nnumprocs=2\nprocess_name=%(program_name)s_%(process_num)d\n");
    ASSERT_TRUE(got) << got.error().text;
    const auto text = ini(*got);
    EXPECT_THAT(text, HasSubstr("[eventlistener:l]\nnumprocs=2\nnumprocs_start=0\n"
                                "process_name=l_%(process_num)d\n"));
    EXPECT_THAT(text, HasSubstr("\ncommand=l 5%% %(process_num)02d\n"));
}

TEST(ConfigDump, AsIniSpellsOddNames) {
    const auto once = test::load(
        "[supervisord]\n[program:%%a,b]\ncommand=x\nnumprocs=2\nprocess_name=%(process_num)d\n  c\n"
        "[group:]\nprograms=\n[eventlistener: l ]\ncommand=l\nevents=EVENT\n");
    ASSERT_TRUE(once) << once.error().text;
    const auto text = ini(*once);
    const auto again = test::load(text);
    ASSERT_TRUE(again) << again.error().text << text;
    EXPECT_EQ(ini(*again), text);
    ASSERT_EQ(again->groups.size(), once->groups.size());
    for (std::size_t i = 0; i < once->groups.size(); ++i)
        EXPECT_TRUE(same_group(again->groups[i], once->groups[i])) << once->groups[i].name << text;
}

TEST(ConfigDump, AsIniFailsForAPasswordThatAFileCannotSay) {
    for (const auto* odd : {"a ", " a", "a ;b", "a\nb"}) {
        test::fake_host machine;
        machine.variables = {{"ODD", odd}};
        const auto got = test::load(
            "[supervisord]\n[inet_http_server]\nport=1\nusername=u\npassword=%(ENV_ODD)s\n",
            machine);
        ASSERT_TRUE(got) << got.error().text;
        const auto shown = dump_as_ini(*got);
        ASSERT_FALSE(shown) << *shown;
        EXPECT_EQ(shown.error().text,
                  "the value of password in section 'inet_http_server' cannot be written as ini: "
                  "it has blanks, line feeds or comment marks that only an environment variable "
                  "can bring in");
        EXPECT_THAT(dump_as_json(*got), HasSubstr("\"password\""));
    }
}

TEST(ConfigDump, AsIniKeepsWhatLooksLikeACommentOrHasBlanksAround) {
    test::fake_host machine;
    machine.variables = {{"ODD", " \tone ;two\n#three\n\n four \n\n"}, {"NAME", "a b"}};
    const auto once = test::load(
        "[supervisord]\nidentifier=%(ENV_ODD)s\n[program:x]\ncommand=%(ENV_ODD)s;%(ENV_ODD)s#\n"
        "environment='%(ENV_NAME)s'=\"%(ENV_ODD)s\"\n",
        machine);
    ASSERT_TRUE(once) << once.error().text;
    const auto again = test::load(ini(*once));
    ASSERT_TRUE(again) << again.error().text << ini(*once);
    EXPECT_EQ(again->daemon.identifier, machine.variables["ODD"]);
    EXPECT_EQ(again->groups.at(0).processes.at(0).command,
              once->groups.at(0).processes.at(0).command);
    EXPECT_EQ(again->groups.at(0).processes.at(0).env,
              (environment{{"a b", machine.variables["ODD"]}}));
}

TEST(ConfigDump, AsJsonHasTypedValues) {
    const auto got = test::load(fleet);
    ASSERT_TRUE(got) << got.error().text;
    const auto root = boost::json::parse(dump_as_json(*got));
    EXPECT_EQ(root.at("config_file"), "/etc/s.conf");
    EXPECT_EQ(root.at("supervisord").at("minfds"), 1024);
    EXPECT_EQ(root.at("supervisord").at("umask"), "022");
    EXPECT_EQ(root.at("supervisord").at("environment").at("ALL"), "for \"everyone\"");
    EXPECT_EQ(root.at("supervisord").at("directory"), nullptr);
    EXPECT_EQ(root.at("servers").as_array().size(), 2U);
    const auto& groups = root.at("groups").as_array();
    ASSERT_EQ(groups.size(), 11U);
    EXPECT_EQ(groups[0].at("kind"), "eventlistener");
    const auto& web = groups[2].at("processes").at(0);
    EXPECT_EQ(web.at("name"), "web-4");
    EXPECT_EQ(web.at("section"), "program:web");
    EXPECT_EQ(web.at("command"), "/bin/web --port 8004 --% \"a b\"");
    EXPECT_EQ(web.at("autorestart"), true);
    EXPECT_EQ(web.at("stopsignal"), "USR1");
    EXPECT_EQ(web.at("exitcodes"), (boost::json::array{0, 2}));
    EXPECT_EQ(web.at("user"), "joe");
    EXPECT_EQ(web.at("stdout_logfile_maxbytes"), 1048576);
}

TEST(ConfigDump, AsJsonIsValidWhateverTheBytes) {
    config odd;
    odd.daemon.identifier = "a\xff\"\n\xe2\x82";
    const auto root = boost::json::parse(dump_as_json(odd));
    EXPECT_EQ(root.at("supervisord").at("identifier"), "a\xEF\xBF\xBD\"\n\xEF\xBF\xBD");
    EXPECT_THAT(root.at("groups").as_array(), IsEmpty());
}

}  // namespace
}  // namespace ringmaster::core

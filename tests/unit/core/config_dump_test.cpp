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
)";

TEST(ConfigDump, AsIniReadsBackAsTheSameConfiguration) {
    const auto once = test::load(fleet);
    ASSERT_TRUE(once) << once.error().text;
    const auto text = dump_as_ini(*once);
    const auto again = test::load(text);
    ASSERT_TRUE(again) << again.error().text << text;
    ASSERT_EQ(again->groups.size(), once->groups.size());
    for (std::size_t i = 0; i < once->groups.size(); ++i)
        EXPECT_TRUE(same_group(again->groups[i], once->groups[i])) << once->groups[i].name << text;
    // Whatever the comparison may not look at shows here.
    EXPECT_EQ(dump_as_ini(*again), text);
    EXPECT_EQ(again->server_url, once->server_url);
    EXPECT_EQ(again->daemon.env, once->daemon.env);
    EXPECT_EQ(again->servers.size(), 2U);
}

TEST(ConfigDump, AsIniShowsEveryOptionOfTheTable) {
    auto got = test::load(fleet);
    ASSERT_TRUE(got) << got.error().text;
    got->daemon.directory = "/srv";
    got->daemon.user = account{"joe", 1000, 100, {100}};
    const auto text = dump_as_ini(*got);
    for (const auto& section : option_sections()) {
        // The client's, and what has been followed.
        if (section.kind == section_kind::supervisorctl || section.kind == section_kind::include)
            continue;
        for (const auto& row : section.options) {
            // What numbers the processes has become their names.
            const bool numbering = row.type == value_type::name || row.name.starts_with("numprocs");
            if (row.type == value_type::ignored || numbering) continue;
            EXPECT_NE(text.find(fmt::format("\n{}=", row.name)), std::string::npos)
                << section.header << row.name;
        }
    }
}

TEST(ConfigDump, APoolOfSeveralSaysThatItIsOne) {
    const auto got = test::load(
        "[supervisord]\n[eventlistener:l]\ncommand=l\nevents=TICK_5\nnumprocs=2\n"
        "process_name=%(process_num)d\n");
    ASSERT_TRUE(got) << got.error().text;
    EXPECT_THAT(dump_as_ini(*got), HasSubstr("; 2 of 2 in one pool\n[eventlistener:l]\n"));
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
    ASSERT_EQ(groups.size(), 6U);
    EXPECT_EQ(groups[0].at("kind"), "eventlistener");
    const auto& web = groups[1].at("processes").at(0);
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

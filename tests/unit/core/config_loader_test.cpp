#include "core/config_loader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/load.hpp"

namespace ringmaster::core {
namespace {

using test::complaint;
using test::fake_host;
using test::load;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> texts(const std::vector<log_line>& lines) {
    std::vector<std::string> out;
    for (const auto& line : lines)
        out.push_back(std::string(log_code(line.level)) + " " + line.text);
    return out;
}

TEST(ConfigFile, MustBeThereAndReadable) {
    fake_host machine;
    auto options = test::options_for(machine);
    EXPECT_EQ(load_config(options, machine).error().text, "could not find config file /etc/s.conf");
    machine.unreadable.insert("/etc/s.conf");
    EXPECT_EQ(load_config(options, machine).error().text, "could not read config file /etc/s.conf");
    options.config_file = "";
    EXPECT_EQ(load_config(options, machine).error().text, "could not find config file ");
}

TEST(ConfigFile, RelativePathsCountFromWhereTheDaemonWasStarted) {
    fake_host machine;
    machine.files["/srv/etc/../s.conf"] = "[supervisord]\nidentifier=%(here)s\n";
    auto options = test::options_for(machine);
    machine.cwd = "/";
    options.config_file = "etc/../s.conf";
    const auto got = load_config(options, machine);
    ASSERT_TRUE(got) << got.error().text;
    EXPECT_EQ(got->daemon.config_file, "/srv/s.conf");
    EXPECT_EQ(got->daemon.identifier, "/srv");
}

TEST(ConfigFile, IsSearchedInSupervisorsOrder) {
    fake_host machine;
    auto options = test::options_for(machine);
    options.config_file.reset();
    EXPECT_EQ(load_config(options, machine).error().text,
              "No config file found at default paths (/usr/etc/supervisord.conf, "
              "/usr/supervisord.conf, supervisord.conf, etc/supervisord.conf, "
              "/etc/supervisord.conf, /etc/supervisor/supervisord.conf); use the -c option to "
              "specify a config file at a different path");
    const std::string_view places[] = {"/etc/supervisor/supervisord.conf",
                                       "/etc/supervisord.conf",
                                       "/srv/etc/supervisord.conf",
                                       "/srv/supervisord.conf",
                                       "/usr/supervisord.conf",
                                       "/usr/etc/supervisord.conf"};
    for (const auto place : places) {
        machine.files[std::string(place)] = "[supervisord]\n";
        EXPECT_EQ(load_config(options, machine)->daemon.config_file, place);
    }
}

TEST(ConfigFile, RootIsWarnedOfTheSearch) {
    fake_host machine;
    auto options = test::options_for(machine);
    machine.uid = 0;
    EXPECT_FALSE(search_warning(options, machine));
    options.config_file.reset();
    EXPECT_TRUE(search_warning(options, machine));
    machine.uid = 1000;
    EXPECT_FALSE(search_warning(options, machine));
}

TEST(ConfigFile, NeedsASupervisordSection) {
    EXPECT_EQ(complaint("[program:x]\n"), ".ini file does not include supervisord section");
    EXPECT_EQ(complaint("x"),
              "File contains no section headers.\nfile: '/etc/s.conf', line: 1\n'x'");
}

TEST(ConfigFile, MustBeUtf8) {
    EXPECT_EQ(complaint("[supervisord]\n; \xff\n"),
              "'utf-8' codec can't decode byte 0xff in position 16: invalid start byte");
    EXPECT_EQ(complaint("[supervisord]\n;\xc3"),
              "'utf-8' codec can't decode byte 0xc3 in position 15: unexpected end of data");
    EXPECT_EQ(complaint("[supervisord]\n;\xe2\x82x"),
              "'utf-8' codec can't decode bytes in position 15-16: invalid continuation byte");
}

TEST(ConfigFile, AllProblemsAreHintedAtWithTheirLines) {
    const auto got = load(
        "[supervisord]\nminfds=many\n\n[program:x]\nstartsecs=ten\nautostart=maybe\n[group:g]\n"
        "programs=nope\n");
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().text, "invalid literal for int() with base 10: 'many'");
    EXPECT_THAT(
        got.error().hints,
        ElementsAre("/etc/s.conf:2: minfds=many: expected a whole number",
                    "/etc/s.conf:8: programs=nope: expected names of sections, but there is no "
                    "[program:nope]",
                    "/etc/s.conf:6: autostart=maybe: expected true or false",
                    "/etc/s.conf:5: startsecs=ten: expected a whole number of seconds",
                    "/etc/s.conf:4: [program:x] needs a line such as command=/usr/bin/cat: "
                    "program and arguments; PATH is searched"));
}

TEST(Supervisord, DefaultsAreSupervisors) {
    const auto got = load("[supervisord]\n");
    ASSERT_TRUE(got) << got.error().text;
    const auto& d = got->daemon;
    EXPECT_EQ(d.logfile, "/srv/supervisord.log");
    EXPECT_EQ(d.pidfile, "/srv/supervisord.pid");
    EXPECT_EQ(d.logfile_maxbytes, 52428800);
    EXPECT_EQ(d.logfile_backups, 10);
    EXPECT_EQ(d.loglevel, log_level::info);
    EXPECT_EQ(d.umask, 022U);
    EXPECT_FALSE(d.nodaemon || d.silent || d.nocleanup || d.strip_ansi);
    EXPECT_EQ(d.minfds, 1024);
    EXPECT_EQ(d.minprocs, 200);
    EXPECT_EQ(d.childlogdir, "/tmp");
    EXPECT_EQ(d.identifier, "supervisor");
    EXPECT_FALSE(d.user || d.directory);
    EXPECT_EQ(d.io_engine, "auto");
    EXPECT_EQ(d.io_threads, 1);
    EXPECT_EQ(d.io_memory, 64 << 20);
    EXPECT_EQ(d.start_concurrency, 0);
    EXPECT_EQ(d.stop_concurrency, 1);
}

TEST(Supervisord, EveryOptionReachesItsField) {
    const auto good = load(
        "[supervisord]\nlogfile=/tmp/./x.log\nlogfile_maxbytes=1KB\nlogfile_backups=1\n"
        "loglevel=BLATHER\npidfile=/tmp/x.pid\numask=077\nnodaemon=true\nsilent=true\n"
        "minfds=1\nminprocs=2\nnocleanup=true\nchildlogdir=~\nuser=joe\ndirectory=/srv\n"
        "strip_ansi=true\nenvironment=A=b\nidentifier=me\nprofile_options=x\nio_engine=EPOLL\n"
        "io_threads=4\nio_memory=2MB\nstart_concurrency=7\n"
        "stop_concurrency=8\n");
    ASSERT_TRUE(good) << good.error().text;
    const auto& d = good->daemon;
    EXPECT_EQ(d.logfile, "/tmp/x.log");
    EXPECT_EQ(d.logfile_maxbytes, 1024);
    EXPECT_EQ(d.logfile_backups, 1);
    EXPECT_EQ(d.loglevel, log_level::blather);
    EXPECT_EQ(d.pidfile, "/tmp/x.pid");
    EXPECT_EQ(d.umask, 077U);
    EXPECT_TRUE(d.nodaemon && d.silent && d.nocleanup && d.strip_ansi);
    EXPECT_EQ(d.minfds, 1);
    EXPECT_EQ(d.minprocs, 2);
    EXPECT_EQ(d.childlogdir, "/home/joe");
    EXPECT_EQ(d.user->uid, 1000U);
    EXPECT_EQ(d.directory, "/srv");
    EXPECT_EQ(d.env, (environment{{"A", "b"}}));
    EXPECT_EQ(d.identifier, "me");
    EXPECT_EQ(d.io_engine, "epoll");
    EXPECT_EQ(d.io_threads, 4);
    EXPECT_EQ(d.io_memory, 2 << 20);
    EXPECT_EQ(d.start_concurrency, 7);
    EXPECT_EQ(d.stop_concurrency, 8);
}

TEST(Supervisord, IgnoresTheProfilerWhateverItIsTold) {
    EXPECT_EQ(complaint("[supervisord]\nprofile_options=%(no)s\n"), "accepted");
}

TEST(ConfigFile, WhatIsMissingIsHintedAtWithAnExample) {
    const auto got = load("[supervisord]\n[unix_http_server]\n");
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().text, "section [unix_http_server] has no file value");
    EXPECT_THAT(got.error().hints,
                ElementsAre("/etc/s.conf:2: [unix_http_server] needs a line such as "
                            "file=/tmp/supervisor.sock: path of the socket"));
}

TEST(Supervisord, BadValuesAreReportedWithoutASection) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"logfile=/no/x", "The directory named as part of the path /no/x does not exist"},
        {"logfile_maxbytes=x", "invalid literal for int() with base 10: 'x'"},
        {"logfile_backups=x", "invalid literal for int() with base 10: 'x'"},
        {"loglevel=warning", "bad logging level name 'warning'"},
        {"pidfile=/no/x", "The directory named as part of the path /no/x does not exist"},
        {"umask=9", "9 can not be converted to an octal type"},
        {"nodaemon=x", "not a valid boolean value: 'x'"},
        {"silent=x", "not a valid boolean value: 'x'"},
        {"minfds=x", "invalid literal for int() with base 10: 'x'"},
        {"minprocs=x", "invalid literal for int() with base 10: 'x'"},
        {"nocleanup=x", "not a valid boolean value: 'x'"},
        {"childlogdir=/no", "/no is not an existing directory"},
        {"user=jim", "Invalid user name jim"},
        {"user=-5", "Invalid user id -5"},
        {"directory=/no", "/no is not an existing directory"},
        {"strip_ansi=x", "not a valid boolean value: 'x'"},
        {"environment=A", "Unexpected end of key/value pairs in value 'A'"},
        {"identifier=%(x)s",
         "Format string '%(x)s' for 'supervisord.identifier' contains names ('x') which cannot be "
         "expanded. Available names: ENV_HOME, ENV_LANG, here"},
        {"io_engine=select", "not an io_engine: 'select'"},
        {"io_threads=0", "0 is not a number of threads from 1 to 64"},
        {"io_memory=1023KB", "1047552 bytes are less than 1MB"},
    };
    for (const auto& [line, text] : rows)
        EXPECT_EQ(complaint("[supervisord]\n" + std::string(line) + "\n"), text);
}

TEST(Supervisord, SyslogAsLogfileIsNoPath) {
    EXPECT_EQ(load("[supervisord]\nlogfile=syslog\n")->daemon.logfile, "syslog");
    EXPECT_EQ(load("[supervisord]\nlogfile=NONE\n")->daemon.logfile, "/srv/NONE");
}

TEST(Supervisord, CommandLineOverridesTheFile) {
    fake_host machine;
    machine.files["/etc/s.conf"] = "[supervisord]\nloglevel=warn\nminfds=5\nuser=nobody\n";
    const std::vector<std::string> argv{"d",  "-c",  "/etc/s.conf", "-e", "debug",
                                        "-u", "joe", "-n",          "-l", "my.log"};
    const auto options = parse_daemon_options(argv, machine);
    ASSERT_TRUE(options) << options.error().text;
    const auto got = load_config(*options, machine);
    ASSERT_TRUE(got) << got.error().text;
    EXPECT_EQ(got->daemon.loglevel, log_level::debug);
    EXPECT_EQ(got->daemon.minfds, 5);
    EXPECT_EQ(got->daemon.user->name, "joe");
    EXPECT_TRUE(got->daemon.nodaemon);
    EXPECT_EQ(got->daemon.logfile, "/srv/my.log");
}

TEST(Supervisord, AnUnknownUserIsTheLastComplaint) {
    EXPECT_EQ(complaint("[supervisord]\nuser=jim\n[unix_http_server]\n"),
              "section [unix_http_server] has no file value");
}

TEST(Include, MergesFilesInOrder) {
    fake_host machine;
    machine.globs["/etc/d/*.conf"] = {"/etc/d/1.conf", "/etc/d/2.conf"};
    machine.files["/etc/d/1.conf"] = "[program:x]\ncommand=one %(here)s\n";
    machine.files["/etc/d/2.conf"] = "[program:x]\npriority=%(ENV_P)s\n[include]\nfiles=never\n";
    machine.variables["P"] = "5";
    const auto got = load(
        "[program:x]\ncommand=main\n[include]\nfiles=d/*.conf\n  /none\n[supervisord]\n", machine);
    ASSERT_TRUE(got) << got.error().text;
    EXPECT_EQ(got->groups.at(0).processes.at(0).command, "one /etc/d");
    EXPECT_EQ(got->groups.at(0).priority, 5);
    EXPECT_THAT(texts(got->messages),
                ElementsAre("WARN No file matches via include \"/none\"",
                            "INFO Included extra file \"/etc/d/1.conf\" during parsing",
                            "INFO Included extra file \"/etc/d/2.conf\" during parsing"));
}

TEST(Include, MakesHereWorkEverywhere) {
    fake_host machine;
    machine.files["/etc/a"] = "[inet_http_server]\nport=%(here)s\n";
    EXPECT_EQ(complaint("[supervisord]\n[include]\nfiles=a\n", machine),
              "not a valid port number: '/etc' ");
    EXPECT_EQ(complaint("[supervisord]\n[inet_http_server]\nport=%(here)s\n"),
              "Format string '%(here)s' for 'inet_http_server.port' contains names ('here') which "
              "cannot be expanded. Available names: ENV_HOME, ENV_LANG");
}

TEST(Include, PassesOverFilesItMayNotRead) {
    fake_host machine;
    machine.unreadable.insert("/etc/a");
    const auto got = load("[supervisord]\n[include]\nfiles=%(here)s/a\n", machine);
    ASSERT_TRUE(got) << got.error().text;
    EXPECT_THAT(texts(got->messages),
                ElementsAre("INFO Included extra file \"/etc/a\" during parsing"));
}

TEST(Include, Complaints) {
    EXPECT_EQ(complaint("[supervisord]\n[include]\n"),
              ".ini file has [include] section, but no files setting");
    EXPECT_EQ(complaint("[supervisord]\n[include]\nfiles=%(x)s\n"),
              "Format string '%(x)s' for 'include.files' contains names ('x') which cannot be "
              "expanded. Available names: ENV_HOME, ENV_LANG, here, host_node_name");
    fake_host machine;
    machine.files["/etc/a"] = "[x]\nfoo\n";
    EXPECT_EQ(complaint("[supervisord]\n[include]\nfiles=a\n", machine),
              "Source contains parsing errors: '/etc/a'\n\t[line  2]: 'foo\\n'");
}

TEST(Include, ErrorsNameTheFileOfTheSection) {
    fake_host machine;
    machine.files["/etc/a"] = "[program:x]\nuser=jim\n[program:y]\ncommand=y\nautostart=z\n";
    EXPECT_EQ(complaint("[supervisord]\n[program:x]\ncommand=x\n[include]\nfiles=a\n", machine),
              "Invalid user name jim in section 'program:x' (file: '/etc/s.conf')");
    EXPECT_EQ(complaint("[supervisord]\n[include]\nfiles=a\n[program:x]\nuser=joe\n", machine)
                  .substr(0, 21),
              "Invalid user name jim");
}

TEST(Servers, InetComesBeforeUnix) {
    const auto got = load(
        "[supervisord]\n[unix_http_server]\nfile=~/s.sock\nchmod=0770\nchown=joe:users\n"
        "[inet_http_server:b]\nport=*:9001\nusername=u\npassword=p\n[inet_http_server]\nport="
        "9002\n");
    ASSERT_TRUE(got) << got.error().text;
    ASSERT_EQ(got->servers.size(), 3U);
    EXPECT_EQ(got->servers[0].section, "inet_http_server:b");
    EXPECT_EQ(got->servers[0].port, 9001);
    EXPECT_EQ(got->servers[0].username, "u");
    EXPECT_EQ(got->servers[2].path, "/home/joe/s.sock");
    EXPECT_EQ(got->servers[2].mode, 0770U);
    EXPECT_EQ(got->servers[2].owner, (ownership{1000, 100}));
    EXPECT_EQ(got->server_url, "unix:///home/joe/s.sock");
}

TEST(Servers, ChildrenGetTheLastInetServerWithoutAUnixOne) {
    const auto got =
        load("[supervisord]\n[inet_http_server:a]\nport=h:1\n[inet_http_server:b]\nport=*:2\n");
    EXPECT_EQ(got->server_url, "http://localhost:2");
    EXPECT_EQ(load("[supervisord]\n")->server_url, "");
}

TEST(Servers, Complaints) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"[inet_http_server]\n", "section [inet_http_server] has no port value"},
        {"[inet_http_server]\nport=a:0", "0 is below lower bound (1)"},
        {"[unix_http_server:z]\n", "section [unix_http_server:z] has no file value"},
        {"[unix_http_server]\nfile=x\nchmod=9", "Invalid chmod value 9"},
        {"[unix_http_server]\nfile=x\nchown=jim", "Invalid sockchown value jim"},
        {"[unix_http_server]\nfile=x\nusername=u",
         "Section [unix_http_server] contains incomplete authentication: If a username or a "
         "password is specified, both the username and password must be specified"},
        {"[inet_http_server]\npassword=p",
         "Section [inet_http_server] contains incomplete authentication: If a username or a "
         "password is specified, both the username and password must be specified"},
    };
    for (const auto& [lines, text] : rows)
        EXPECT_EQ(complaint("[supervisord]\n" + std::string(lines)), text);
}

TEST(RpcInterfaces, OnlyTheBuiltInOneIsKnown) {
    const std::string built_in =
        "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n";
    EXPECT_THAT(load("[supervisord]\n[rpcinterface:supervisor]\n" + built_in)->rpc_interfaces,
                ElementsAre("supervisor"));
    EXPECT_EQ(complaint("[supervisord]\n[rpcinterface:x]\n"),
              "section [rpcinterface:x] does not specify a supervisor.rpcinterface_factory");
    EXPECT_EQ(complaint("[supervisord]\n[rpcinterface:x]\nsupervisor.rpcinterface_factory=a:b\n")
                  .substr(0, 45),
              "a:b cannot be resolved within [rpcinterface:x");
    EXPECT_EQ(complaint("[supervisord]\n[rpcinterface:supervisor]\nmore=1\n" + built_in +
                        "[inet_http_server]\nport=9001\n"),
              "Could not make supervisor rpc interface");
}

TEST(RpcInterfaces, OptionsThatNobodyUsesMustExpandNevertheless) {
    const std::string odd =
        "[supervisord]\n[rpcinterface:x]\nmore=%(here)s\nsupervisor.rpcinterface_factory=";
    EXPECT_THAT(complaint(odd + "supervisor.rpcinterface:make_main_rpcinterface\n"),
                HasSubstr("Format string '%(here)s' for 'rpcinterface:x.more' contains names "
                          "('here') which cannot be expanded."));
    EXPECT_THAT(complaint(odd + "a:b\n"), HasSubstr("a:b cannot be resolved"));
}

TEST(Messages, WarnOfLogfilesOncePerProcess) {
    const auto got = load(
        "[supervisord]\n[program:x]\ncommand=x\nnumprocs=2\nprocess_name=%(process_num)d\n"
        "stdout_logfile=syslog\nstderr_logfile=/tmp/x\nredirect_stderr=true\n"
        "[program:y]\ncommand=y\nstdout_logfile_maxbytes=0\n");
    ASSERT_TRUE(got) << got.error().text;
    const std::string syslog =
        "WARN For [program:x], stdout_logfile=syslog but this is deprecated and will be removed.  "
        "Use stdout_syslog=true to enable syslog instead.";
    const std::string ignored =
        "WARN For [program:x], redirect_stderr=true but stderr_logfile has also been set to a "
        "filename, the filename has been ignored";
    EXPECT_THAT(texts(got->messages),
                ElementsAre(syslog, ignored, syslog, ignored,
                            "WARN For [program:y], AUTO logging used for stdout_logfile without "
                            "rollover, set maxbytes > 0 to avoid filling up filesystem "
                            "unintentionally"));
}

TEST(ConfigLoader, StopsBeforeNamesThatMultiplyFillTheMemory) {
    const std::string long_text(100, 'x');
    const std::string text = "[supervisord]\nenvironment=A=" + long_text +
                             "\n[program:p]\ncommand=%(ENV_A)s\nnumprocs=1000\n"
                             "process_name=%(process_num)d\n";
    test::fake_host machine;
    machine.files[std::string(test::config_path)] = text;
    const load_limits limits{.processes_of_a_section = 1000, .bytes = 10'000};
    const auto got = load_config(test::options_for(machine), machine, limits);
    ASSERT_FALSE(got);
    EXPECT_TRUE(got.error().text.starts_with("the configuration is too large")) << got.error().text;
    EXPECT_TRUE(load_config(test::options_for(machine), machine));
}

}  // namespace
}  // namespace ringmaster::core

#include "core/daemon_options.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "support/fake_host.hpp"

namespace ringmaster::core {
namespace {

/// `line` split at blanks, behind the program's name.
result<daemon_options, config_error> parse(std::string_view line) {
    auto argv = split_blanks(line);
    argv.insert(argv.begin(), "ringmasterd");
    return parse_daemon_options(argv, test::fake_host());
}

TEST(DaemonOptions, EveryOptionIsTaken) {
    const auto got = parse(
        "-nsktc a.conf -u jim -m 027 -d /srv -l x.log -y 1KB -z 2 -e debug -j x.pid -i me -q /tmp "
        "-a 10 --minprocs 20 --profile_options foo");
    ASSERT_TRUE(got) << got.error().text;
    const auto& v = got->values;
    EXPECT_EQ(got->config_file, "a.conf");
    EXPECT_EQ(got->user, "jim");
    EXPECT_EQ(got->start_directory, "/srv");
    EXPECT_TRUE(v.nodaemon && v.silent && v.nocleanup && v.strip_ansi);
    EXPECT_EQ(v.umask, 027U);
    EXPECT_EQ(v.directory, "/srv");
    EXPECT_EQ(v.logfile, "x.log");
    EXPECT_EQ(v.logfile_maxbytes, 1024);
    EXPECT_EQ(v.logfile_backups, 2);
    EXPECT_EQ(v.loglevel, log_level::debug);
    EXPECT_EQ(v.pidfile, "x.pid");
    EXPECT_EQ(v.identifier, "me");
    EXPECT_EQ(v.childlogdir, "/tmp");
    EXPECT_EQ(v.minfds, 10);
    EXPECT_EQ(v.minprocs, 20);
}

TEST(DaemonOptions, LongFormsMayBeShortened) {
    const auto got = parse("--conf=a.conf --nodaemon --ident me");
    ASSERT_TRUE(got) << got.error().text;
    EXPECT_EQ(got->config_file, "a.conf");
    EXPECT_TRUE(got->given.contains("nodaemon"));
    EXPECT_EQ(got->values.identifier, "me");
    // "logfile" is also the beginning of others.
    EXPECT_EQ(parse("--logfile=x.log")->values.logfile, "x.log");
}

TEST(DaemonOptions, CheckAndDumpStartNothing) {
    EXPECT_EQ(parse("--check-config")->request, daemon_request::check);
    EXPECT_FALSE(parse("--check-config")->dump);
    EXPECT_EQ(parse("--dump -c a.conf")->request, daemon_request::check);
    EXPECT_EQ(parse("--dump")->dump, dump_format::ini);
    EXPECT_EQ(parse("--dump=ini --check-config")->dump, dump_format::ini);
    EXPECT_EQ(parse("--dump=json -t")->dump, dump_format::json);
    EXPECT_EQ(parse("--dump=yaml").error().text, "invalid value for --dump 'yaml': not a format");
    EXPECT_EQ(parse("--dump json").error().text,
              "positional arguments are not supported: ['json']");
}

// Scripts that shorten Supervisor's options go on working.
TEST(DaemonOptions, OursCanBeShortenedButMakeNothingAmbiguous) {
    EXPECT_TRUE(parse("--ch=/tmp")->given.contains("childlogdir"));
    EXPECT_TRUE(parse("--d=/srv")->given.contains("directory"));
    EXPECT_EQ(parse("--c").error().text, "option --c not a unique prefix");
    EXPECT_EQ(parse("--check")->request, daemon_request::check);
    EXPECT_EQ(parse("--du=json")->dump, dump_format::json);
    EXPECT_EQ(parse("--check --check-config").error().text,
              "conflicting command line option '--check-config'");
}

TEST(DaemonOptions, HelpAndVersionActWhereTheyStand) {
    EXPECT_EQ(parse("-h -n -n")->request, daemon_request::help);
    EXPECT_EQ(parse("-?")->request, daemon_request::help);
    EXPECT_EQ(parse("-v -h")->request, daemon_request::version);
    EXPECT_EQ(parse("--version -m 9")->request, daemon_request::version);
    EXPECT_EQ(parse("")->request, daemon_request::run);
}

TEST(DaemonOptions, ComplaintsAreSupervisors) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"-Z", "option -Z not recognized"},
        {"--nosuch", "option --nosuch not recognized"},
        {"--nosuch=1", "option --nosuch not recognized"},
        {"--log=x", "option --log not a unique prefix"},
        {"--no", "option --no not a unique prefix"},
        {"-l", "option -l requires argument"},
        {"-nc", "option -c requires argument"},
        {"--logfile", "option --logfile requires argument"},
        {"--nodaemon=1", "option --nodaemon must not have an argument"},
        {"foo bar", "positional arguments are not supported: ['foo', 'bar']"},
        {"-h foo", "positional arguments are not supported: ['foo']"},
        {"-- -n", "positional arguments are not supported: ['-n']"},
        {"-n -n -Z", "option -Z not recognized"},
        {"-n -n", "conflicting command line option '-n'"},
        {"-n --nodaemon", "conflicting command line option '--nodaemon'"},
        {"--nod --nod", "conflicting command line option '--nodaemon'"},
        {"-u a -u a", "conflicting command line option '-u'"},
        {"-m 9 -n -n", "invalid value for -m '9': 9 can not be converted to an octal type"},
        {"-n -n -h", "conflicting command line option '-n'"},
        {"-d /no", "invalid value for -d '/no': /no is not an existing directory"},
        {"-l /no/x",
         "invalid value for -l '/no/x': The directory named as part of the path /no/x does not "
         "exist"},
        {"--loglevel loud", "invalid value for --loglevel 'loud': bad logging level name 'loud'"},
        {"-y 1x", "invalid value for -y '1x': invalid literal for int() with base 10: '1x'"},
        {"-a x", "invalid value for -a 'x': invalid literal for int() with base 10: 'x'"},
    };
    for (const auto& [line, text] : rows) {
        const auto got = parse(line);
        ASSERT_FALSE(got) << line;
        EXPECT_EQ(got.error().text, text);
    }
}

TEST(DaemonOptions, UsageNamesEveryOption) {
    const auto usage = daemon_usage("ringmasterd");
    for (const std::string_view form : {"-c, --configuration", "-n, --nodaemon", "--minprocs",
                                        "-l, --logfile", "-t, --strip_ansi"})
        EXPECT_NE(usage.find(form), std::string::npos) << form;
}

}  // namespace
}  // namespace ringmaster::core

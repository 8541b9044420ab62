#include "ctl/command_line.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ringmaster::ctl {
namespace {

std::string problem_of(const std::vector<std::string>& arguments) {
    const auto parsed = parse_client_options(arguments);
    return parsed ? "" : parsed.error().text;
}

client_options options_of(const std::vector<std::string>& arguments) {
    const auto parsed = parse_client_options(arguments);
    EXPECT_TRUE(parsed) << parsed.error().text;
    return parsed ? *parsed : client_options{};
}

TEST(CommandLine, OptionsEndAtTheFirstWordThatIsNone) {
    const auto options = options_of({"-u", "me", "tail", "-5", "-u"});
    EXPECT_EQ(options.username, "me");
    EXPECT_EQ(options.command, "tail -5 -u");
    EXPECT_TRUE(options.has_command);
    EXPECT_EQ(options_of({"--", "-i"}).command, "-i");
    EXPECT_EQ(options_of({"-"}).command, "-");
}

TEST(CommandLine, WithoutAnActionThereIsNoCommandButAnEmptyWordIsOne) {
    EXPECT_FALSE(options_of({}).has_command);
    EXPECT_FALSE(options_of({"-i", "--"}).has_command);
    EXPECT_TRUE(options_of({""}).has_command);
}

TEST(CommandLine, LongOptionsMayBeAbbreviatedAndTakeTheirValueEitherWay) {
    EXPECT_EQ(options_of({"--conf=a.conf"}).config_file, "a.conf");
    EXPECT_EQ(options_of({"--pass", "x y"}).password, "x y");
    EXPECT_EQ(options_of({"-sunix:///s", "-i"}).serverurl, "unix:///s");
    EXPECT_TRUE(options_of({"--inter"}).interactive);
}

TEST(CommandLine, HistoryFileMayBeSpelledWithAHyphenToo) {
    for (const std::string spelling : {"-r", "--history_file", "--history-file", "--hi"})
        EXPECT_EQ(options_of({spelling, "h"}).history_file, "h") << spelling;
}

TEST(CommandLine, EveryMistakeHasSupervisorsText) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> mistakes{
        {{"-x"}, "option -x not recognized"},
        {{"-ix"}, "option -x not recognized"},
        {{"--foo"}, "option --foo not recognized"},
        {{"-s"}, "option -s requires argument"},
        {{"--server"}, "option --serverurl requires argument"},
        {{"--h"}, "option --h not a unique prefix"},
        {{"--interactive=3"}, "option --interactive must not have an argument"},
        {{"-u", "a", "-u", "a"}, "conflicting command line option '-u'"},
        {{"-u", "a", "--user", "a"}, "conflicting command line option '--username'"},
        {{"-i", "-i"}, "conflicting command line option '-i'"},
        {{"-s", "foo"}, "invalid value for -s 'foo': value 'foo' is not a URL"},
        {{"-s", "http://"}, "invalid value for -s 'http://': value 'http://' is not a URL"},
        {{"-s", "http://[::1"}, "invalid value for -s 'http://[::1': Invalid IPv6 URL"},
        {{"--serv", "f'o"}, R"(invalid value for --serverurl "f'o": value "f'o" is not a URL)"},
    };
    for (const auto& [arguments, text] : mistakes) EXPECT_EQ(problem_of(arguments), text);
}

TEST(CommandLine, HelpWinsOverWhatFollowsItButNotOverUnknownOptions) {
    EXPECT_TRUE(options_of({"-h", "-s", "foo"}).help);
    EXPECT_TRUE(options_of({"-?"}).help);
    EXPECT_EQ(problem_of({"-s", "foo", "-h"}),
              "invalid value for -s 'foo': value 'foo' is not a URL");
    EXPECT_EQ(problem_of({"-h", "-x"}), "option -x not recognized");
}

TEST(CommandLine, WhatIsGivenReplacesTheFilesSettingAndTheRestStays) {
    core::client_config file;
    file.serverurl = "unix:///from/file";
    file.username = "file";
    file.password = "secret";
    const auto merged = apply_options(file, options_of({"-u", "me", "-r", "h"}));
    EXPECT_EQ(merged.serverurl, "unix:///from/file");
    EXPECT_EQ(merged.username, "me");
    EXPECT_EQ(merged.password, "secret");
    EXPECT_EQ(merged.history_file, "h");
}

}  // namespace
}  // namespace ringmaster::ctl

#include "core/unknown_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/option_table.hpp"
#include "core/sample_config.hpp"

namespace ringmaster::core {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> unknown_in(std::string_view text) {
    ini_document document;
    EXPECT_TRUE(document.add_file("a.conf", text));
    return find_unknown_names(document);
}

TEST(UnknownNames, AnOptionWithASlipOfTheFingerIsGuessed) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"autorestrat", "autorestart"},  {"autostar", "autostart"},
        {"comand", "command"},           {"stdout_log_file", "stdout_logfile"},
        {"numproc", "numprocs"},         {"stopwaitsec", "stopwaitsecs"},
        {"start_secs", "startsecs"},     {"redirect_stdrr", "redirect_stderr"},
        {"enviroment", "environment"},   {"exitcode", "exitcodes"},
        {"process-name", "process_name"}};
    for (const auto& [wrong, right] : rows) {
        const auto text = "[program:x]\n" + std::string(wrong) + "=1\n";
        EXPECT_THAT(unknown_in(text),
                    ElementsAre("a.conf:2: " + std::string(wrong) +
                                ": unknown option in [program:x]; did you mean `" +
                                std::string(right) + "`?"));
    }
}

TEST(UnknownNames, NothingIsGuessedWhereNothingIsNear) {
    EXPECT_THAT(unknown_in("[program:x]\ncolour=red\n[zebra]\n"),
                ElementsAre("a.conf:2: colour: unknown option in [program:x]",
                            "a.conf:3: [zebra]: unknown section"));
    const std::string huge(100'000, 'a');
    EXPECT_EQ(unknown_in("[program:x]\n" + huge + "=1\n").size(), 1U);
}

TEST(UnknownNames, ASectionIsGuessedWithTheNameItHas) {
    EXPECT_THAT(unknown_in("[Program:web]\n[progam:a]\n[supervisor]\n[eventlistner:l]\n"),
                ElementsAre("a.conf:1: [Program:web]: unknown section; did you mean `program:web`?",
                            "a.conf:2: [progam:a]: unknown section; did you mean `program:a`?",
                            "a.conf:3: [supervisor]: unknown section; did you mean `supervisord`?",
                            "a.conf:4: [eventlistner:l]: unknown section; did you mean "
                            "`eventlistener:l`?"));
}

TEST(UnknownNames, AnOptionBelongsToItsSection) {
    EXPECT_THAT(unknown_in("[program:x]\nevents=TICK_5\n[eventlistener:l]\nevents=TICK_5\n"
                           "startsecs=1\n[supervisord]\nstartsecs=1\n"),
                ElementsAre("a.conf:2: events: unknown option in [program:x]",
                            "a.conf:7: startsecs: unknown option in [supervisord]"));
}

TEST(UnknownNames, AnIncludeInAnIncludedFileIsPointedAt) {
    ini_document document;
    ASSERT_TRUE(document.add_file("a.conf", "[include]\nfiles=*.ini\n"));
    ASSERT_TRUE(document.add_file("b.ini", "[include]\nfiles=*.more\n"));
    EXPECT_THAT(find_unknown_names(document),
                ElementsAre("b.ini:2: [include] of an included file is not followed"));
}

TEST(UnknownNames, EverySampleLineAndEveryServerNameIsKnown) {
    EXPECT_THAT(unknown_in(sample_config()), IsEmpty());
    EXPECT_THAT(unknown_in("[inet_http_server:two]\nport=1\n[unix_http_server2]\nfile=x\n"
                           "[ctlplugin:x]\nanything=1\n"),
                IsEmpty());
}

}  // namespace
}  // namespace ringmaster::core

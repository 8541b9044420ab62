#include "ctl/completion.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ringmaster::ctl {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

process_line process(std::string group, std::string name) {
    process_line made;
    made.group = std::move(group);
    made.name = std::move(name);
    return made;
}

const std::vector<process_line> fleet{process("cat", "cat"), process("grp", "ga"),
                                      process("grp", "gb"), process("web-1", "web-1")};

completed_thing thing_at(std::string_view typed) {
    return completion_at(typed).thing;
}

TEST(CompletionPoint, TheFirstWordIsAnAction) {
    EXPECT_EQ(thing_at(""), completed_thing::action);
    EXPECT_EQ(thing_at("  "), completed_thing::action);
    EXPECT_EQ(thing_at(" sta"), completed_thing::action);
    EXPECT_EQ(completion_at(" sta").word, "sta");
}

TEST(CompletionPoint, TheActionDecidesWhatItsArgumentsAre) {
    EXPECT_EQ(thing_at("help s"), completed_thing::action);
    for (const auto* action : {"add ", "remove g", "update a b"})
        EXPECT_EQ(thing_at(action), completed_thing::group) << action;
    for (const auto* action : {"clear ", "fg ", "pid ", "restart ", "signal HUP ", "start ",
                               "status a b", "stop ", "tail -f "})
        EXPECT_EQ(thing_at(action), completed_thing::process) << action;
    for (const auto* action : {"version ", "open ", "maintail -", "nope ", "quit "})
        EXPECT_EQ(thing_at(action), completed_thing::nothing) << action;
}

TEST(CompletionPoint, ColonsStarsAndHyphensBelongToTheWord) {
    EXPECT_EQ(completion_at("stop cat web-1:*").word, "web-1:*");
    EXPECT_EQ(completion_at("stop cat ").word, "");
    EXPECT_EQ(completion_at("stop\tgrp:g").word, "grp:g");
}

TEST(Completion, OffersEveryActionButTheEndOfInput) {
    EXPECT_THAT(matching_actions("sta"), ElementsAre("start", "status"));
    EXPECT_THAT(matching_actions("nope"), IsEmpty());
    EXPECT_THAT(matching_actions(""), Contains("help"));
    EXPECT_THAT(matching_actions(""), Not(Contains("EOF")));
}

TEST(Completion, OffersEachGroupOnce) {
    EXPECT_THAT(matching_groups(fleet, ""), ElementsAre("cat", "grp", "web-1"));
    EXPECT_THAT(matching_groups(fleet, "g"), ElementsAre("grp"));
}

TEST(Completion, OffersShortNamesAndWholeGroups) {
    EXPECT_THAT(matching_processes(fleet, ""),
                ElementsAre("cat", "grp:*", "grp:ga", "grp:gb", "web-1"));
    EXPECT_THAT(matching_processes(fleet, "g"), ElementsAre("grp:*", "grp:ga", "grp:gb"));
    EXPECT_THAT(matching_processes(fleet, "web-"), ElementsAre("web-1"));
}

TEST(Completion, AColonAsksForLongNames) {
    EXPECT_THAT(matching_processes(fleet, "cat:"), ElementsAre("cat:*", "cat:cat"));
    EXPECT_THAT(matching_processes(fleet, "grp:g"), ElementsAre("grp:ga", "grp:gb"));
}

TEST(Completion, FindsTheTextThatAllNamesBeginWith) {
    EXPECT_EQ(common_start({}), "");
    EXPECT_EQ(common_start(std::vector<std::string>{"start"}), "start");
    EXPECT_EQ(common_start(std::vector<std::string>{"start", "status"}), "sta");
    EXPECT_EQ(common_start(std::vector<std::string>{"grp:ga", "grp:g", "grp:gb"}), "grp:g");
    EXPECT_EQ(common_start(std::vector<std::string>{"a", "b"}), "");
}

}  // namespace
}  // namespace ringmaster::ctl

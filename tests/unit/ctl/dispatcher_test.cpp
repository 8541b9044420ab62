#include "ctl/dispatcher.hpp"

#include <gtest/gtest.h>

#include <string>

#include "ctl/action_table.hpp"

namespace ringmaster::ctl {
namespace {

std::pair<std::string, std::string> split(std::string_view line) {
    const auto parsed = parse_command(line);
    return {std::string{parsed.name}, std::string{parsed.arguments}};
}

using pieces = std::pair<std::string, std::string>;

TEST(CommandSyntax, TheNameIsTheLongestPrefixOfLettersDigitsAndUnderscores) {
    EXPECT_EQ(split("status"), (pieces{"status", ""}));
    EXPECT_EQ(split("start  a  b"), (pieces{"start", "a  b"}));
    EXPECT_EQ(split("tail-f x"), (pieces{"tail", "-f x"}));
    EXPECT_EQ(split("!ls"), (pieces{"", "!ls"}));
}

TEST(CommandSyntax, AQuestionMarkIsHelp) {
    EXPECT_EQ(split("?"), (pieces{"help", ""}));
    EXPECT_EQ(split("?start"), (pieces{"help", "start"}));
    EXPECT_EQ(split("? start"), (pieces{"help", "start"}));
}

TEST(ActionTable, NamesAreFoundExactlyAndInTheirCase) {
    for (const auto& one : all_actions()) EXPECT_EQ(find_action(one.name), &one) << one.name;
    EXPECT_EQ(find_action("Status"), nullptr);
    EXPECT_EQ(find_action("stat"), nullptr);
    EXPECT_EQ(find_action(""), nullptr);
}

}  // namespace
}  // namespace ringmaster::ctl

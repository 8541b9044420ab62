#include "core/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ringmaster::core {
namespace {

using words = std::vector<std::string>;

TEST(CommandLine, SplitsLikeAShellWithoutExpansion) {
    const std::pair<std::string_view, words> rows[] = {
        {"", {}},
        {" \t\r\n ", {}},
        {"/bin/cat -n  file", {"/bin/cat", "-n", "file"}},
        {"echo 'a  b' \"c d\"", {"echo", "a  b", "c d"}},
        {"a'b'\"c\"d", {"abcd"}},
        {"echo '' \"\"", {"echo", "", ""}},
        {R"(echo a\ b \\ \")", {"echo", "a b", "\\", "\""}},
        {R"(echo "a \"b\" \\ \n $x")", {"echo", "a \"b\" \\ \\n $x"}},
        {R"(echo 'a\b' $HOME `x` *)", {"echo", "a\\b", "$HOME", "`x`", "*"}},
        {"echo # no comment", {"echo", "#", "no", "comment"}},
        {"a;b && c|d", {"a;b", "&&", "c|d"}},
    };
    for (const auto& [text, expected] : rows) {
        const auto got = split_command_line(text);
        ASSERT_TRUE(got) << text;
        EXPECT_EQ(*got, expected) << text;
    }
}

TEST(CommandLine, TellsWhatIsUnfinished) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"echo 'a", "No closing quotation"},      {"echo \"a", "No closing quotation"},
        {"echo \"a\\\\", "No closing quotation"}, {"echo \"a\\", "No escaped character"},
        {"echo a\\", "No escaped character"},     {"echo 'a\\", "No closing quotation"},
    };
    for (const auto& [text, detail] : rows) {
        const auto got = split_command_line(text);
        ASSERT_FALSE(got) << text;
        EXPECT_EQ(got.error().detail, detail) << text;
    }
}

}  // namespace
}  // namespace ringmaster::core

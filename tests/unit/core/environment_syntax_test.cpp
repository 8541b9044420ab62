#include "core/environment_syntax.hpp"

#include <gtest/gtest.h>

namespace ringmaster::core {
namespace {

TEST(EnvironmentSyntax, ReadsPairs) {
    const std::pair<std::string_view, environment> rows[] = {
        {"", {}},
        {"A=b", {{"A", "b"}}},
        {R"(A="1",B='two words',C=x)", {{"A", "1"}, {"B", "two words"}, {"C", "x"}}},
        {"A=1,\n  B=2,", {{"A", "1"}, {"B", "2"}}},
        {"A = 1 , B = 2", {{"A", "1"}, {"B", "2"}}},
        {"A=\"\",B=''", {{"A", ""}, {"B", ""}}},
        {R"(A="a \"b\" \\ \n")", {{"A", "a \"b\" \\ \\n"}}},
        {R"(A='a\b')", {{"A", "a\\b"}}},
        {"A=a'b'c", {{"A", "abc"}}},
        {R"(A=\=)", {{"A", "="}}},
        {"A=/usr/bin:/bin-(x)+.y", {{"A", "/usr/bin:/bin-(x)+.y"}}},
        {"A=\xC3\xA9t\xC3\xA9", {{"A", "\xC3\xA9t\xC3\xA9"}}},
        {"A=1,A=2", {{"A", "2"}}},
        {"A=1#,B=2", {{"A", "1"}}},
        {"A=1#x\n,B=2", {{"A", "1"}, {"B", "2"}}},
    };
    for (const auto& [text, expected] : rows) {
        const auto got = parse_environment(text);
        ASSERT_TRUE(got) << text;
        EXPECT_EQ(*got, expected) << text;
    }
}

TEST(EnvironmentSyntax, NobodyLooksAtTheSeparator) {
    EXPECT_EQ(*parse_environment("A=1;B=2"), (environment{{"A", "1"}, {"B", "2"}}));
    EXPECT_EQ(*parse_environment("A=a b"), (environment{{"A", "a"}}));
    EXPECT_EQ(*parse_environment("A=~/x"), (environment{{"A", "~"}}));
}

TEST(EnvironmentSyntax, ComplainsAboutIncompletePairs) {
    for (const std::string_view text : {"A", "A=", "=x", "A=1 B=2", "A=a,b", "A=x@y"})
        EXPECT_EQ(parse_environment(text).error().text(),
                  "Unexpected end of key/value pairs in value '" + std::string(text) + "'");
}

TEST(EnvironmentSyntax, ComplainsAboutUnfinishedText) {
    EXPECT_EQ(parse_environment("A=\"x").error().text(), "No closing quotation");
    EXPECT_EQ(parse_environment("A='x").error().text(), "No closing quotation");
    EXPECT_EQ(parse_environment("A=x\\").error().text(), "No escaped character");
}

}  // namespace
}  // namespace ringmaster::core

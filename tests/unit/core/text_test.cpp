#include "core/text.hpp"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ringmaster::core {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Text, StripRemovesUnicodeBlanksToo) {
    EXPECT_EQ(strip(" \t a b \r\n"), "a b");
    EXPECT_EQ(strip("\xC2\xA0 a \xE3\x80\x80"), "a");
    EXPECT_EQ(strip(" \n"), "");
    EXPECT_EQ(strip("a\xC2"), "a\xC2");
}

TEST(Text, CaseFoldingLeavesOtherAlphabetsAlone) {
    EXPECT_EQ(to_lower("AbC \xC3\x89"), "abc \xC3\x89");
    EXPECT_EQ(to_upper("aBc_9"), "ABC_9");
}

TEST(Text, SplitsAtRunsOfBlanks) {
    EXPECT_THAT(split_blanks("  a.conf\n\tb*.conf "), ElementsAre("a.conf", "b*.conf"));
    EXPECT_THAT(split_blanks(" \n "), IsEmpty());
}

TEST(PythonInt, AcceptsWhatIntAccepts) {
    EXPECT_EQ(parse_python_int("12"), 12);
    EXPECT_EQ(parse_python_int(" +1_000 "), 1000);
    EXPECT_EQ(parse_python_int("-007"), -7);
    EXPECT_EQ(parse_python_int("022", 8), 18);
    EXPECT_EQ(parse_python_int("0o22", 8), 18);
    EXPECT_EQ(parse_python_int("-0O_7", 8), -7);
}

TEST(PythonInt, RejectsWhatIntRejects) {
    for (const std::string_view text :
         {"", " ", "-", "1 2", "1__0", "_1", "1_", "0x10", "1.5", "1e3"})
        EXPECT_EQ(parse_python_int(text), std::nullopt) << text;
    EXPECT_EQ(parse_python_int("8", 8), std::nullopt);
    EXPECT_EQ(parse_python_int("0o", 8), std::nullopt);
}

TEST(PythonInt, SaturatesBeyond64Bits) {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    EXPECT_EQ(parse_python_int("99999999999999999999999"), most);
    EXPECT_EQ(parse_python_int("-99999999999999999999999"), -most);
}

TEST(Paths, NormalizeLikePosixPathNormpath) {
    EXPECT_EQ(normalize_path("/a/./b//c/../d"), "/a/b/d");
    EXPECT_EQ(normalize_path("/.."), "/");
    EXPECT_EQ(normalize_path("a/../../b"), "../b");
    EXPECT_EQ(normalize_path(""), ".");
    EXPECT_EQ(normalize_path("//a"), "//a");
    EXPECT_EQ(normalize_path("///a"), "/a");
}

TEST(Paths, ParentIsTextual) {
    EXPECT_EQ(parent_of("/usr/bin/x"), "/usr/bin");
    EXPECT_EQ(parent_of("/x"), "/");
    EXPECT_EQ(parent_of("x"), "");
    EXPECT_EQ(parent_of("a//x"), "a");
}

TEST(Paths, JoinKeepsAbsolutePaths) {
    EXPECT_EQ(join_path("/srv", "a/b"), "/srv/a/b");
    EXPECT_EQ(join_path("/", "a"), "/a");
    EXPECT_EQ(join_path("/srv", "/a"), "/a");
}

}  // namespace
}  // namespace ringmaster::core

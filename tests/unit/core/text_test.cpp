#include "core/text.hpp"

#include <cmath>
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

TEST(PythonFloat, AcceptsWhatFloatAccepts) {
    EXPECT_EQ(parse_python_float("\u00a01.5 "), 1.5);
    EXPECT_EQ(parse_python_float("+1e3"), 1000);
    EXPECT_EQ(parse_python_float("1_0.2_5e0_1"), 102.5);
    EXPECT_EQ(parse_python_float(".5"), 0.5);
    EXPECT_EQ(parse_python_float("-5."), -5);
    constexpr double infinite = std::numeric_limits<double>::infinity();
    EXPECT_EQ(parse_python_float("iNfInItY"), infinite);
    EXPECT_EQ(parse_python_float("-inf"), -infinite);
    EXPECT_TRUE(std::isnan(parse_python_float("+NaN").value()));
}

TEST(PythonFloat, TakesTheNearestNumberForOneOutOfRange) {
    constexpr double infinite = std::numeric_limits<double>::infinity();
    EXPECT_EQ(parse_python_float("1e400"), infinite);
    EXPECT_EQ(parse_python_float("-1.5e400"), -infinite);
    EXPECT_EQ(parse_python_float("1e-400"), 0);
    EXPECT_EQ(parse_python_float("5e-324"), std::numeric_limits<double>::denorm_min());
}

TEST(PythonFloat, RejectsWhatFloatRejects) {
    for (const auto* text : {"", ".", "1__0", "_1", "1_", "1_.5", "1._5", "+-1", "+ 1", "1e",
                             "0x1p4", "1d5", "infinit", "nan(1)", "1,5"})
        EXPECT_EQ(parse_python_float(text), std::nullopt) << text;
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

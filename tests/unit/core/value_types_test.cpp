#include "core/value_types.hpp"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ringmaster::core {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

template <class Parse>
std::string complaint(Parse parse, std::string_view text) {
    const auto got = parse(text);
    return got ? "accepted" : got.error().text();
}

TEST(ValueTypes, Integers) {
    EXPECT_EQ(*parse_integer(" -1_0 "), -10);
    EXPECT_EQ(complaint(parse_integer, "ten"), "invalid literal for int() with base 10: 'ten'");
    EXPECT_EQ(complaint(parse_integer, ""), "invalid literal for int() with base 10: ''");
}

TEST(ValueTypes, BooleansAreEightWordsInAnyCase) {
    for (const std::string_view text : {"yes", "TRUE", "On", "1"})
        EXPECT_TRUE(*parse_boolean(text));
    for (const std::string_view text : {"no", "False", "OFF", "0"})
        EXPECT_FALSE(*parse_boolean(text));
    EXPECT_EQ(complaint(parse_boolean, "Maybe"), "not a valid boolean value: 'Maybe'");
    EXPECT_EQ(complaint(parse_boolean, " true"), "not a valid boolean value: ' true'");
}

TEST(ValueTypes, ByteSizes) {
    EXPECT_EQ(*parse_byte_size("1024"), 1024);
    EXPECT_EQ(*parse_byte_size("64KB"), 65536);
    EXPECT_EQ(*parse_byte_size("50 Mb"), 50 << 20);
    EXPECT_EQ(*parse_byte_size("2gb"), std::int64_t{2} << 30);
    EXPECT_EQ(*parse_byte_size("-1MB"), -(1 << 20));
    EXPECT_EQ(*parse_byte_size("99999999999GB"), std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(complaint(parse_byte_size, "5XB"), "invalid literal for int() with base 10: '5xb'");
    EXPECT_EQ(complaint(parse_byte_size, "1.5MB"), "invalid literal for int() with base 10: '1.5'");
    EXPECT_EQ(complaint(parse_byte_size, "5K"), "invalid literal for int() with base 10: '5k'");
    EXPECT_EQ(complaint(parse_byte_size, "MB"), "invalid literal for int() with base 10: ''");
}

TEST(ValueTypes, Octals) {
    EXPECT_EQ(*parse_octal("022"), 022U);
    EXPECT_EQ(*parse_octal("0o700"), 0700U);
    EXPECT_EQ(complaint(parse_octal, "8"), "8 can not be converted to an octal type");
    EXPECT_EQ(complaint(parse_octal, ""), " can not be converted to an octal type");
}

TEST(ValueTypes, ExitCodesKeepTheirOrder) {
    EXPECT_THAT(*parse_exit_codes("2, 0,255"), ElementsAre(2, 0, 255));
    EXPECT_THAT(*parse_exit_codes(""), IsEmpty());
    for (const std::string_view text : {"256", "-1", "a", "1,,2", ","})
        EXPECT_EQ(complaint(parse_exit_codes, text),
                  "not a valid list of exit codes: '" + std::string(text) + "'");
}

TEST(ValueTypes, Autorestart) {
    EXPECT_EQ(*parse_autorestart("Unexpected"), autorestart_mode::unexpected);
    EXPECT_EQ(*parse_autorestart("TRUE"), autorestart_mode::always);
    EXPECT_EQ(*parse_autorestart("off"), autorestart_mode::never);
    EXPECT_EQ(complaint(parse_autorestart, "Sometimes"), "invalid 'autorestart' value 'sometimes'");
}

TEST(ValueTypes, WarningIsNoLogLevel) {
    EXPECT_EQ(*parse_level("WARN"), log_level::warn);
    EXPECT_EQ(complaint(parse_level, "Warning"), "bad logging level name 'Warning'");
}

TEST(ValueTypes, ListsKeepEmptyItems) {
    EXPECT_THAT(parse_list(" a , b,"), ElementsAre("a", "b", ""));
    EXPECT_THAT(parse_list(""), IsEmpty());
}

TEST(ValueTypes, Names) {
    EXPECT_EQ(*parse_name(" web "), "web");
    EXPECT_EQ(*parse_name(""), "");
    EXPECT_EQ(complaint(parse_name, "a b"), "Invalid name: 'a b' because of character: ' '");
    EXPECT_EQ(complaint(parse_name, " a b "), "Invalid name: ' a b ' because of character: ' '");
    EXPECT_EQ(complaint(parse_name, "a:b"), "Invalid name: 'a:b' because of character: ':'");
    EXPECT_EQ(complaint(parse_name, "a/b"), "Invalid name: 'a/b' because of character: '/'");
}

TEST(ValueTypes, InetAddresses) {
    const std::tuple<std::string_view, std::string_view, int> rows[] = {
        {"9001", "", 9001},          {":9001", "", 9001},
        {"*:9001", "", 9001},        {"LocalHost:1", "localhost", 1},
        {"::1:65535", "::1", 65535},
    };
    for (const auto& [text, host, port] : rows) {
        const auto got = parse_inet_address(text);
        ASSERT_TRUE(got) << text;
        EXPECT_EQ(got->host, host);
        EXPECT_EQ(got->port, port);
    }
}

TEST(ValueTypes, InetAddressComplaints) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"x", "not a valid port number: 'x' "},
        {"0", "not a valid port number: '0' "},
        {"99999", "not a valid port number: '99999' "},
        {"", "not a valid port number: '' "},
        {"a:", "no port number specified in ''"},
        {"a:b", "invalid literal for int() with base 10: 'b'"},
        {"a:0", "0 is below lower bound (1)"},
        {"a:99999", "99999 is above upper bound (65535)"},
    };
    for (const auto& [text, expected] : rows)
        EXPECT_EQ(complaint(parse_inet_address, text), expected);
}

}  // namespace
}  // namespace ringmaster::core

// Escaping, percent-encoding, forms and dates: the pure text functions of the web interface.
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "http/html.hpp"
#include "http/http_date.hpp"
#include "http/url.hpp"

namespace ringmaster::http {
namespace {

constexpr const char* replaced = "\xEF\xBF\xBD";

TEST(Html, EscapesEverythingThatCouldStartMarkup) {
    EXPECT_EQ(escape_html("<a href=\"x\">&lt;&#65;"),
              "&lt;a href=&quot;x&quot;&gt;&amp;lt;&amp;#65;");
    EXPECT_EQ(escape_html("na\xc3\xafve\n\tx"), "na\xc3\xafve\n\tx");
}

TEST(Html, ReplacesWhatAPageCannotContain) {
    EXPECT_EQ(escape_html("a\x01z"), std::string{"a"} + replaced + "z");
    EXPECT_EQ(escape_html("a\xffz"), std::string{"a"} + replaced + "z");
    EXPECT_EQ(escape_html(std::string_view{"a\0z", 3}), std::string{"a"} + replaced + "z");
}

TEST(Utf8, ReplacesOnlyWhatIsNotWellFormed) {
    EXPECT_EQ(valid_utf8("\xe2\x82\xac \xf0\x9f\x8e\xaa"), "\xe2\x82\xac \xf0\x9f\x8e\xaa");
    EXPECT_EQ(valid_utf8("\x82\xac x"), std::string{replaced} + replaced + " x");
    EXPECT_FALSE(is_valid_utf8("\xc0\xaf"));          // overlong
    EXPECT_FALSE(is_valid_utf8("\xed\xa0\x80"));      // surrogate
    EXPECT_FALSE(is_valid_utf8("\xf4\x90\x80\x80"));  // past the last character
    EXPECT_FALSE(is_valid_utf8("\xe2\x82"));          // cut
}

TEST(Printable, CannotForgeALogLine) {
    EXPECT_EQ(printable("a\r\nb\x1b[0m", 100), "a\\x0d\\x0ab\\x1b[0m");
    EXPECT_EQ(printable("abcdef", 3), "abc...");
}

TEST(PercentEncoding, KeepsOnlyLettersDigitsAndFiveSigns) {
    EXPECT_EQ(percent_encode("grp:p"), "grp%3Ap");
    EXPECT_EQ(percent_encode("aZ09_.-~/ &\xc3\xa4"), "aZ09_.-~/%20%26%C3%A4");
}

TEST(PercentEncoding, DecodesOnceAndLeavesTheRest) {
    EXPECT_EQ(percent_decode("grp%3Ap%2f"), "grp:p/");
    EXPECT_EQ(percent_decode("%253A"), "%3A");
    EXPECT_EQ(percent_decode("100% %4 %zz %"), "100% %4 %zz %");
}

TEST(Form, DecodesNamesAndValues) {
    const parameters form = parse_form("a=1+2&b%20c=%C3%A4&d=%ff", repeated::first_wins);
    EXPECT_EQ(form.at("a"), "1 2");
    EXPECT_EQ(form.at("b c"), "\xc3\xa4");
    EXPECT_EQ(form.at("d"), replaced);
}

TEST(Form, DropsEmptyValues) {
    EXPECT_EQ(parse_form("a=&b&&=c&d=1", repeated::first_wins),
              (parameters{{"", "c"}, {"d", "1"}}));
}

TEST(Form, FirstWinsInAQueryAndLastInABody) {
    EXPECT_EQ(parse_form("a=1&a=2", repeated::first_wins).at("a"), "1");
    EXPECT_EQ(parse_form("a=1&a=2", repeated::last_wins).at("a"), "2");
}

TEST(HttpDate, IsTheExampleOfTheStandard) {
    EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777);
    EXPECT_EQ(parse_http_date("yesterday"), std::nullopt);
    EXPECT_EQ(parse_http_date(""), std::nullopt);
}

TEST(PageTime, PadsTheDayWithABlank) {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    EXPECT_EQ(page_time(784111777), "Sun Nov  6 08:49:37 1994");
    EXPECT_EQ(access_log_time(784111777), "06/Nov/1994:08:49:37 +0000");
}

}  // namespace
}  // namespace ringmaster::http

#include "core/expand.hpp"

#include <gtest/gtest.h>

namespace ringmaster::core {
namespace {

class Expand : public testing::Test {
protected:
    Expand() {
        below_.set_environment({{"HOME", "/home/joe"}});
        names_.set("here", std::string("/etc"));
        names_.set("process_num", std::int64_t{3});
        names_.set("word", std::string("h\xC3\xA9llo"));
    }

    std::string operator()(std::string_view text) const {
        const auto got = expand(text, names_, "program:x.command");
        return got ? *got : got.error().text();
    }

    expansion_names below_;
    expansion_names names_{&below_};
};

TEST_F(Expand, InsertsNames) {
    EXPECT_EQ((*this)("no percent"), "no percent");
    EXPECT_EQ((*this)("%(here)s/x %(ENV_HOME)s 100%%"), "/etc/x /home/joe 100%");
    EXPECT_EQ((*this)("%(process_num)d %(process_num)02d %(process_num)s"), "3 03 3");
}

TEST_F(Expand, KnowsPythonsConversions) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"[%(word)8s]", "[   h\xC3\xA9llo]"},
        {"[%(word)-8.2s]", "[h\xC3\xA9      ]"},
        {"%(word)r", "'h\xC3\xA9llo'"},
        {"%(word)a", "'h\\xe9llo'"},
        {"%(process_num)+d", "+3"},
        {"%(process_num) d", " 3"},
        {"%(process_num)-4d|", "3   |"},
        {"%(process_num).3d", "003"},
        {"%(process_num)#x", "0x3"},
        {"%(process_num)#06o", "0o0003"},
        {"%(process_num)f", "3.000000"},
        {"%(process_num).1e", "3.0e+00"},
        {"%(process_num)li", "3"},
    };
    for (const auto& [text, expected] : rows) EXPECT_EQ((*this)(text), expected);
}

TEST_F(Expand, DoesNotExpandWhatItInserted) {
    names_.set("sly", std::string("%(here)s"));
    EXPECT_EQ((*this)("%(sly)s"), "%(here)s");
}

TEST_F(Expand, ListsTheNamesThatExist) {
    EXPECT_EQ((*this)("a %(nope)s"),
              "Format string 'a %(nope)s' for 'program:x.command' contains names ('nope') which "
              "cannot be expanded. Available names: ENV_HOME, here, process_num, word");
    EXPECT_NE((*this)("%(a(b)c)s").find("contains names ('a(b)c')"), std::string::npos);
}

TEST_F(Expand, TellsWhatIsBadlyFormatted) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"%", "incomplete format"},
        {"%(here)", "incomplete format"},
        {"%(here", "incomplete format key"},
        {"%(here)q", "unsupported format character 'q' (0x71) at index 7"},
        {"%(here)d", "%d format: a real number is required, not str"},
        {"%(here)x", "%x format: an integer is required, not str"},
        {"%(here)f", "must be real number, not str"},
        {"%(here)*d", "* wants int"},
        {"%(process_num)*d", "not enough arguments for format string"},
        {"%(process_num).*d", "not enough arguments for format string"},
        {"%(here)99999999999s", "width too big"},
        {"%q", "unsupported format character 'q' (0x71) at index 1"},
    };
    for (const auto& [text, detail] : rows) {
        const auto got = (*this)(text);
        EXPECT_NE(got.find("is badly formatted: " + std::string(detail)), std::string::npos) << got;
    }
}

TEST_F(Expand, RefusesToMakeAnEndlessText) {
    std::string value;
    for (int i = 0; i < 5000; ++i) value += "%(process_num)4096d";
    EXPECT_TRUE((*this)(value).ends_with("is badly formatted: longer than 16777216 bytes"));
}

TEST_F(Expand, RefusesConversionsWithoutAName) {
    for (const std::string_view text : {"100% sure", "%s", "%d", "%5%"})
        EXPECT_NE((*this)(text).find("is badly formatted: "), std::string::npos) << text;
}

}  // namespace
}  // namespace ringmaster::core

#include "core/utf8.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace ringmaster::core {
namespace {

/// The text with every invalid piece replaced, as Python's bytes.decode("utf-8", "replace") does.
std::string replaced(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto next = first_character(text);
        if (next.valid) {
            append_utf8(out, next.code);
        } else {
            out += '?';
        }
        text.remove_prefix(next.length);
    }
    return out;
}

TEST(Utf8, FindsTheFirstByteThatIsNotAsciiWhereverItStands) {
    for (std::size_t length = 0; length < 40; ++length) {
        const std::string ascii(length, '\x7F');
        EXPECT_EQ(ascii_prefix(ascii), length);
        EXPECT_TRUE(is_utf8(ascii));
        EXPECT_EQ(ascii_prefix(ascii + "\x80 and more text"), length);
        EXPECT_FALSE(is_utf8(ascii + "\x80 and more text"));
        EXPECT_TRUE(is_utf8(ascii + "\xC3\xA9 and more text"));
        EXPECT_FALSE(is_utf8(ascii + "\xC3\xA9 and more text\xFF"));
    }
}

TEST(Utf8, ReadsTheFirstAndLastCharacterOfEachLength) {
    struct known {
        std::string_view text;
        char32_t code;
    };
    const std::vector<known> all{
        {"\x7F", 0x7F},
        {"\xC2\x80", 0x80},
        {"\xDF\xBF", 0x7FF},
        {"\xE0\xA0\x80", 0x800},
        {"\xED\x9F\xBF", 0xD7FF},
        {"\xEE\x80\x80", 0xE000},
        {"\xEF\xBF\xBF", 0xFFFF},
        {"\xF0\x90\x80\x80", 0x10000},
        {"\xF4\x8F\xBF\xBF", 0x10FFFF},
    };
    for (const auto& [text, code] : all) {
        const auto first = first_character(text);
        EXPECT_TRUE(first.valid) << std::hex << static_cast<unsigned>(code);
        EXPECT_EQ(first.code, code);
        EXPECT_EQ(first.length, text.size());
        std::string written;
        append_utf8(written, code);
        EXPECT_EQ(written, text);
    }
}

TEST(Utf8, AnInvalidPieceIsTheLongestStartOfAValidSequence) {
    EXPECT_EQ(replaced("a\xFF"
                       "b"),
              "a?b");
    EXPECT_EQ(replaced("\x80\x80"), "??");
    EXPECT_EQ(replaced("\xC0\x80"), "??");            // overlong
    EXPECT_EQ(replaced("\xE0\x80\x80"), "???");       // overlong
    EXPECT_EQ(replaced("\xED\xA0\x80"), "???");       // surrogate
    EXPECT_EQ(replaced("\xF4\x90\x80\x80"), "????");  // above U+10FFFF
    EXPECT_EQ(replaced("\xF5\x80"), "??");
    EXPECT_EQ(replaced("\xE2\x82"
                       "x"),
              "?x");                           // cut short
    EXPECT_EQ(replaced("\xF0\x9F\x98"), "?");  // cut by the end
    EXPECT_EQ(replaced("\xF0\x9F\x98\xC3\xA9"), "?é");
}

TEST(Utf8, OnlyWholeTextsOfValidCharactersAreUtf8) {
    EXPECT_TRUE(is_utf8(""));
    EXPECT_TRUE(is_utf8("naïve €uro 😀"));
    EXPECT_FALSE(is_utf8("na\xEFve"));
    EXPECT_FALSE(is_utf8("\xE2\x82"));
}

}  // namespace
}  // namespace ringmaster::core

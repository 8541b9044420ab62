#include "core/repr.hpp"

#include <gtest/gtest.h>

namespace ringmaster::core {
namespace {

struct row {
    std::string_view text;
    std::string_view quoted;
};

TEST(Repr, QuotesLikePython) {
    constexpr row rows[] = {
        {"", "''"},
        {"plain", "'plain'"},
        {"it's", "\"it's\""},
        {"\"said\"", "'\"said\"'"},
        {"it's \"both\"", "'it\\'s \"both\"'"},
        {"back\\slash", "'back\\\\slash'"},
        {"a\nb\tc\rd", "'a\\nb\\tc\\rd'"},
        {"\x01\x1f\x7f", "'\\x01\\x1f\\x7f'"},
        {"\xC2\x80\xC2\xA0\xC2\xAD", "'\\x80\\xa0\\xad'"},
        {"h\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80", "'h\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80'"},
        {"\xE2\x80\x8B\xEF\xBB\xBF", "'\\u200b\\ufeff'"},
        {"\xF3\xA0\x80\x81", "'\\U000e0001'"},
        {"\xFF\x41", "'\\udcffA'"},
    };
    for (const auto& r : rows) EXPECT_EQ(repr(r.text), r.quoted);
}

TEST(Repr, EscapesNul) {
    EXPECT_EQ(repr(std::string_view("a\0b", 3)), "'a\\x00b'");
}

}  // namespace
}  // namespace ringmaster::core

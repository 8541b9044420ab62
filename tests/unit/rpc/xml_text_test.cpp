#include "rpc/xml_text.hpp"

#include <gtest/gtest.h>

namespace ringmaster::rpc {
namespace {

/// Of single bytes, what the grammar's Char and UTF-8 allow.
bool may_stand(int byte) {
    return byte == '\t' || byte == '\n' || byte == '\r' || (byte >= 0x20 && byte < 0x80);
}

TEST(XmlText, EveryByteIsJudgedAlikeAtEveryPlace) {
    for (const char neighbour : {'a', '\n', '~', ' '}) {
        for (int byte = 0; byte < 256; ++byte) {
            for (std::size_t place = 0; place < 90; ++place) {
                std::string text(90, neighbour);
                text[place] = static_cast<char>(byte);
                EXPECT_EQ(is_xml_text(text), may_stand(byte)) << byte << " at " << place;
            }
        }
    }
}

TEST(XmlText, OnlyPlainTextIsCopiedAsItIs) {
    for (std::size_t size = 1; size < 40; ++size) {
        for (std::size_t place = 0; place < size; ++place) {
            for (int byte = 0; byte < 256; ++byte) {
                std::string text(size, 'x');
                text[place] = static_cast<char>(byte);
                const bool is_markup = byte == '&' || byte == '<' || byte == '>';
                const bool is_plain = byte == '\n' || (byte >= 0x20 && byte < 0x80 && !is_markup);
                std::string copied(size, '.');
                const bool done = copy_if_plain(copied.data(), text);
                if (byte != '\t') {  // may be left to append_escaped()
                    EXPECT_EQ(done, is_plain) << byte << " at " << place << " of " << size;
                }
                if (done) {
                    EXPECT_EQ(copied, text);
                }
            }
        }
    }
    EXPECT_TRUE(copy_if_plain(nullptr, {}));
}

TEST(XmlText, EscapesAtEveryPlaceAndReadsThemBack) {
    for (const std::string special : {"&", "<", ">", "\r"}) {
        for (std::size_t place = 0; place < 20; ++place) {
            std::string text(20, place % 2 == 0 ? '\n' : 'x');
            text.replace(place, 1, special);
            std::string escaped;
            append_escaped(escaped, text);
            EXPECT_EQ(escaped.find(special == "&" ? "&\n" : special), std::string::npos);
            std::string back;
            EXPECT_TRUE(append_unescaped(back, escaped));
            EXPECT_EQ(back, text);
        }
    }
}

}  // namespace
}  // namespace ringmaster::rpc

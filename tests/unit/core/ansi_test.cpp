#include "core/ansi.hpp"

#include <gtest/gtest.h>

#include <string>

namespace ringmaster::core {
namespace {

std::string stripped(std::string piece) {
    piece.resize(strip_ansi(piece));
    return piece;
}

TEST(StripAnsi, TextWithoutEscapesStaysAsItIs) {
    EXPECT_EQ(stripped(""), "");
    EXPECT_EQ(stripped("plain text\n"), "plain text\n");
    EXPECT_EQ(stripped(std::string("a\0b", 3)), std::string("a\0b", 3));
}

TEST(StripAnsi, SequencesAreRemovedWithTheirFinalLetter) {
    EXPECT_EQ(stripped("\x1b[31mred\x1b[0m and \x1b[1;32mgreen\x1b[m.\n"), "red and green.\n");
    EXPECT_EQ(stripped("\x1b[2J\x1b[Htop"), "top");
}

TEST(StripAnsi, EveryListedFinalLetterEndsASequence) {
    for (const char letter : std::string("HfABCDRsuJKhlpm"))
        EXPECT_EQ(stripped("x\x1b[1" + std::string(1, letter) + "y"), "xy") << letter;
}

TEST(StripAnsi, AnUnlistedFinalLetterSwallowsTextUpToAListedOne) {
    EXPECT_EQ(stripped("a\x1b[6n text m b"), "a b");
    EXPECT_EQ(stripped("a\x1b[2@zzhb"), "ab");
}

TEST(StripAnsi, AnUnterminatedSequenceDropsTheRestOfThePiece) {
    EXPECT_EQ(stripped("kept\x1b[31"), "kept");
    EXPECT_EQ(stripped("kept\x1b["), "kept");
}

TEST(StripAnsi, TheSecondHalfOfASplitSequenceStaysVisible) {
    EXPECT_EQ(stripped("1mred"), "1mred");
}

TEST(StripAnsi, OtherEscapesAreCopied) {
    EXPECT_EQ(stripped("\x1b]0;title\a"), "\x1b]0;title\a");
    EXPECT_EQ(stripped("\x1b(B"), "\x1b(B");
    EXPECT_EQ(stripped("end\x1b"), "end\x1b");
}

TEST(StripAnsi, ASecondIntroducerInsideASequenceIsPartOfIt) {
    EXPECT_EQ(stripped("a\x1b[3\x1b[1mb"), "ab");
}

}  // namespace
}  // namespace ringmaster::core

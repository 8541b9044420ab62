// Capture mode: tokens are found in any fragmentation and never come out.

#include "core/capture.hpp"

#include <gtest/gtest.h>

namespace ringmaster::core {
namespace {

const std::string begin_token = "<!--XSUPERVISOR:BEGIN-->";
const std::string end_token = "<!--XSUPERVISOR:END-->";

/// Pieces as text: plain ones as they are, captured ones in brackets, "|" for the end.
std::string shown(const std::vector<capture_piece>& pieces) {
    std::string out;
    for (const auto& each : pieces) {
        switch (each.what) {
            case capture_piece::kind::plain: out += each.bytes; break;
            case capture_piece::kind::captured: out += "[" + each.bytes + "]"; break;
            case capture_piece::kind::end: out += "|"; break;
        }
    }
    return out;
}

TEST(Capture, SplitsOutputAroundTheTokens) {
    capture_scanner subject;
    EXPECT_EQ(shown(subject.feed("before" + begin_token + "inside" + end_token + "after")),
              "before[inside]|");
    EXPECT_EQ(shown(subject.finish()), "after");
}

TEST(Capture, TokensMayBeCutAnywhere) {
    const std::string text =
        "some text that is long enough " + begin_token + "inside" + end_token + "and after it";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        capture_scanner subject;
        auto pieces = subject.feed(text.substr(0, cut));
        for (auto& each : subject.feed(text.substr(cut))) pieces.push_back(each);
        for (auto& each : subject.finish()) pieces.push_back(each);
        std::string plain;
        std::string captured;
        int ends = 0;
        for (const auto& each : pieces) {
            if (each.what == capture_piece::kind::plain) plain += each.bytes;
            if (each.what == capture_piece::kind::captured) captured += each.bytes;
            if (each.what == capture_piece::kind::end) ++ends;
        }
        EXPECT_EQ(plain, "some text that is long enough and after it") << cut;
        EXPECT_EQ(captured, "inside") << cut;
        EXPECT_EQ(ends, 1) << cut;
    }
}

TEST(Capture, ShortOutputIsHeldBack) {
    capture_scanner subject;
    EXPECT_EQ(shown(subject.feed(std::string(begin_token.size(), 'x'))), "");
    EXPECT_EQ(shown(subject.feed("y")), std::string(begin_token.size(), 'x') + "y");
}

TEST(Capture, ATokenNeedsAByteBehindIt) {
    capture_scanner subject;
    EXPECT_EQ(shown(subject.feed(begin_token)), "");
    EXPECT_EQ(shown(subject.feed("\n" + end_token)), "[\n]|" + std::string());
}

TEST(Capture, OutsideItsTurnATokenIsText) {
    capture_scanner subject;
    EXPECT_EQ(shown(subject.feed(end_token + " is not expected")), end_token + " is not expected");
    EXPECT_EQ(shown(subject.feed(begin_token + "a" + begin_token + "b" + end_token + ".")),
              "[a" + begin_token + "b]|");
}

TEST(Capture, AnEmptyCaptureEnds) {
    capture_scanner subject;
    EXPECT_EQ(shown(subject.feed(begin_token + end_token + ".")), "|");
}

TEST(Capture, TheEndBringsWhatWasHeldBack) {
    capture_scanner subject;
    (void)subject.feed(begin_token + "text");
    EXPECT_EQ(shown(subject.feed(end_token)), "[text]|");
    EXPECT_EQ(shown(subject.feed("after")), "");
    EXPECT_EQ(shown(subject.finish()), "after");
}

TEST(Capture, ATokenAtTheVeryEndIsStillAToken) {
    capture_scanner subject;
    (void)subject.feed(begin_token + "a text that is long enough to come out");
    EXPECT_EQ(shown(subject.feed(end_token)), "");
    EXPECT_EQ(shown(subject.finish()), "|");
    capture_scanner other;
    (void)other.feed(begin_token);
    EXPECT_EQ(shown(other.finish()), "");
}

TEST(TailBuffer, KeepsTheLastBytes) {
    tail_buffer subject(5);
    subject.append("abc");
    subject.append("def");
    EXPECT_EQ(subject.take(), "bcdef");
    EXPECT_EQ(subject.take(), "");
    subject.append("0123456789");
    subject.append("x");
    EXPECT_EQ(subject.take(), "6789x");
}

}  // namespace
}  // namespace ringmaster::core

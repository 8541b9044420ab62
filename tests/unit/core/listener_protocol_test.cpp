// The listener protocol: tokens in any fragmentation, and everything that is none.

#include "core/listener_protocol.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ringmaster::core {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using kind = listener_token::kind;

std::vector<kind> kinds(const std::vector<listener_token>& tokens) {
    std::vector<kind> out;
    for (const auto& each : tokens) out.push_back(each.what);
    return out;
}

listener_protocol busy() {
    listener_protocol made;
    (void)made.feed("READY\n");
    made.sent();
    return made;
}

TEST(ListenerProtocol, AStartedListenerIsAcknowledgedAndBecomesReady) {
    listener_protocol subject;
    EXPECT_EQ(subject.state(), listener_state::acknowledged);
    EXPECT_THAT(kinds(subject.feed("READY\n")), ElementsAre(kind::ready));
    EXPECT_EQ(subject.state(), listener_state::ready);
}

TEST(ListenerProtocol, TokensMayComeInAnyFragmentation) {
    const std::string text = "RESULT 2\nOKREADY\n";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        auto subject = busy();
        auto seen = kinds(subject.feed(text.substr(0, cut)));
        for (const auto each : kinds(subject.feed(text.substr(cut)))) seen.push_back(each);
        EXPECT_THAT(seen, ElementsAre(kind::accepted, kind::ready)) << cut;
    }
    auto subject = busy();
    std::vector<kind> seen;
    for (const char byte : text) {
        for (const auto each : kinds(subject.feed({&byte, 1}))) seen.push_back(each);
    }
    EXPECT_THAT(seen, ElementsAre(kind::accepted, kind::ready));
}

TEST(ListenerProtocol, OnlyExactlyOkAccepts) {
    for (const auto* text :
         {"RESULT 4\nFAIL", "RESULT 1\nO", "RESULT 3\nOKK", "RESULT 2\nok", "RESULT 0\n"}) {
        auto subject = busy();
        EXPECT_THAT(kinds(subject.feed(text)), ElementsAre(kind::rejected)) << text;
        EXPECT_EQ(subject.state(), listener_state::acknowledged);
    }
}

TEST(ListenerProtocol, AnyByteWhileReadyIsAViolation) {
    listener_protocol subject;
    EXPECT_THAT(kinds(subject.feed("READY\nREADY\n")), ElementsAre(kind::ready, kind::violation));
    EXPECT_EQ(subject.state(), listener_state::unknown);
}

TEST(ListenerProtocol, AnythingButReadyIsAViolationOnceSixBytesCame) {
    listener_protocol subject;
    EXPECT_THAT(subject.feed("hello"), IsEmpty());
    EXPECT_EQ(subject.state(), listener_state::acknowledged);
    EXPECT_THAT(kinds(subject.feed("!")), ElementsAre(kind::violation));
}

TEST(ListenerProtocol, ALineFeedAfterTheResultIsAViolation) {
    auto subject = busy();
    EXPECT_THAT(kinds(subject.feed("RESULT 2\nOK\nREADY\n")),
                ElementsAre(kind::accepted, kind::violation));
}

TEST(ListenerProtocol, WhatStandsBeforeTheLengthIsNotLookedAt) {
    for (const auto* text : {"RESULT  2 \nOK", "xxxxxxx2\nOK", "RESULT +2\nOK"}) {
        auto subject = busy();
        EXPECT_THAT(kinds(subject.feed(text)), ElementsAre(kind::accepted)) << text;
    }
}

TEST(ListenerProtocol, ALineWithoutANumberIsABadResult) {
    for (const auto* line : {"RESULT x", "", "OK", "RESULT -1", "RESULT", "RESULT 2 OK"}) {
        auto subject = busy();
        const auto tokens = subject.feed(std::string(line) + "\nREADY\n");
        ASSERT_EQ(kinds(tokens), std::vector{kind::bad_result}) << line;
        EXPECT_EQ(tokens.front().line, line);
        EXPECT_EQ(tokens.front().from, listener_state::busy);
        EXPECT_EQ(subject.state(), listener_state::unknown);
    }
}

TEST(ListenerProtocol, NothingIsHeardInUnknownUntilTheProcessStartsAgain) {
    listener_protocol subject;
    (void)subject.feed("garbage");
    EXPECT_THAT(subject.feed("READY\n"), IsEmpty());
    subject.reset();
    EXPECT_THAT(kinds(subject.feed("READY\n")), ElementsAre(kind::ready));
}

TEST(ListenerProtocol, ALineThatNeverEndsIsGivenUp) {
    auto subject = busy();
    const std::string much(listener_protocol::longest_line, 'x');
    EXPECT_THAT(subject.feed(much), IsEmpty());
    EXPECT_THAT(kinds(subject.feed("x")), ElementsAre(kind::bad_result));
}

TEST(ListenerProtocol, AHugeResultIsRejectedWithoutBeingKept) {
    auto subject = busy();
    EXPECT_THAT(subject.feed("RESULT 9000000\nOK"), IsEmpty());
    const std::string block(1'000'000, 'x');
    for (int i = 0; i < 8; ++i) EXPECT_THAT(subject.feed(block), IsEmpty());
    EXPECT_THAT(kinds(subject.feed(std::string(999'998, 'x'))), ElementsAre(kind::rejected));
}

}  // namespace
}  // namespace ringmaster::core

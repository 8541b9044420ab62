#include "core/ordered_answers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ringmaster::core {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr time_point t0{};

TEST(OrderedAnswers, AnAnswerInOrderPassesAtOnce) {
    ordered_answers<char> subject(20ms);
    const auto a = subject.draw();
    subject.arrive(a, 'a', t0);
    EXPECT_THAT(subject.take(t0), ElementsAre('a'));
    EXPECT_EQ(subject.deadline(), std::nullopt);
}

TEST(OrderedAnswers, AnEarlyAnswerWaitsForItsPredecessor) {
    ordered_answers<char> subject(20ms);
    const auto a = subject.draw();
    const auto b = subject.draw();
    subject.arrive(b, 'b', t0);
    EXPECT_THAT(subject.take(t0), IsEmpty());
    EXPECT_EQ(subject.deadline(), t0 + 20ms);
    subject.arrive(a, 'a', t0 + 1ms);
    EXPECT_THAT(subject.take(t0 + 1ms), ElementsAre('a', 'b'));
}

TEST(OrderedAnswers, AHungQuestionHoldsUpTheOthersOnlyOnce) {
    ordered_answers<char> subject(20ms);
    const auto hung = subject.draw();
    subject.arrive(subject.draw(), 'b', t0);
    EXPECT_THAT(subject.take(t0 + 19ms), IsEmpty());
    EXPECT_THAT(subject.take(t0 + 20ms), ElementsAre('b'));
    subject.arrive(subject.draw(), 'c', t0 + 21ms);
    EXPECT_THAT(subject.take(t0 + 21ms), ElementsAre('c'));
    subject.arrive(hung, 'a', t0 + 1h);
    EXPECT_THAT(subject.take(t0 + 1h), ElementsAre('a'));
}

}  // namespace
}  // namespace ringmaster::core

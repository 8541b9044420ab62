#include "io/gather.hpp"

#include <gtest/gtest.h>

namespace ringmaster::io {
namespace {

using namespace std::chrono_literals;

class Gather : public ::testing::Test {
protected:
    gather policy;
    gather::clock::time_point now{1h};

    /// A batch of so many reads that takes no time.
    void batch(int reads) {
        policy.on_batch(now);
        for (int i = 0; i < reads; ++i) policy.on_read();
    }

    /// How many batches of so many reads a second sees.
    int batches_in_a_second(int reads) {
        int batches = 0;
        for (const auto end = now + 1s; now < end; now += 10us + policy.delay(now)) {
            batch(reads);
            ++batches;
        }
        return batches;
    }
};

TEST_F(Gather, RareOutputNeverWaits) {
    for (int i = 0; i < 1000; ++i, now += gather::shortest_period) {
        batch(1);
        EXPECT_EQ(policy.delay(now), 0ns);
    }
}

TEST_F(Gather, ABurstIsReadAtOnce) {
    for (int i = 0; i < gather::burst / gather::shortest_period; ++i) {
        batch(1);
        EXPECT_EQ(policy.delay(now), 0ns) << i;
    }
}

TEST_F(Gather, AFewLastingLinesAreReadOncePerShortestPeriod) {
    const int batches = batches_in_a_second(1);
    EXPECT_LE(batches, (1s + gather::burst) / gather::shortest_period + 1);
    EXPECT_GE(batches, 1s / gather::shortest_period);
}

TEST_F(Gather, MuchLastingLoadIsReadOncePerLongestPeriod) {
    const int batches = batches_in_a_second(1000);
    EXPECT_LE(batches, (1s + gather::burst) / gather::longest_period + 2);
    EXPECT_GE(batches, 1s / gather::longest_period);
}

TEST_F(Gather, ThePeriodGrowsWithTheReadsOfABatch) {
    const int batches = batches_in_a_second(40);
    EXPECT_LT(batches, 1s / gather::shortest_period);
    EXPECT_GT(batches, (1s + gather::burst) / gather::longest_period + 2);
}

TEST_F(Gather, NeverWaitsLongerThanOnePeriodEvenAfterManyEarlyBatches) {
    for (int i = 0; i < 1000; ++i) batch(1000);
    EXPECT_EQ(policy.delay(now), gather::longest_period);
    now += gather::longest_period + gather::burst;
    EXPECT_EQ(policy.delay(now), 0ns);
}

TEST_F(Gather, DoesNotWaitWhileAStreamIsHot) {
    for (int i = 0; i < 1000; ++i) batch(1000);
    policy.on_hot(now);
    EXPECT_EQ(policy.delay(now), 0ns);
    now += gather::hot_time;
    for (int i = 0; i < 10; ++i) batch(1000);
    EXPECT_EQ(policy.delay(now), gather::longest_period);
}

}  // namespace
}  // namespace ringmaster::io

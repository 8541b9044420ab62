#include "io/gather.hpp"

#include <gtest/gtest.h>

namespace ringmaster::io {
namespace {

using namespace std::chrono_literals;

class Gather : public ::testing::Test {
protected:
    gather policy;
    gather::clock::time_point now{1h};
};

TEST_F(Gather, RareOutputNeverWaits) {
    for (int i = 0; i < 1000; ++i, now += gather::period) {
        policy.on_batch(now);
        EXPECT_EQ(policy.delay(now), 0ns);
    }
}

TEST_F(Gather, ABurstIsReadAtOnce) {
    for (int i = 0; i < gather::burst; ++i) {
        policy.on_batch(now);
        EXPECT_EQ(policy.delay(now), 0ns) << i;
    }
}

TEST_F(Gather, LastingLoadIsReadOncePerPeriod) {
    int batches = 0;
    for (const auto end = now + 1s; now < end; now += 10us + policy.delay(now)) {
        policy.on_batch(now);
        ++batches;
    }
    EXPECT_LE(batches, 1s / gather::period + gather::burst + 1);
    EXPECT_GE(batches, 1s / gather::period);
}

TEST_F(Gather, NeverWaitsLongerThanOnePeriodEvenAfterManyEarlyBatches) {
    for (int i = 0; i < 1000; ++i) policy.on_batch(now);
    EXPECT_EQ(policy.delay(now), gather::period);
    now += gather::period * (gather::burst + 1);
    EXPECT_EQ(policy.delay(now), 0ns);
}

TEST_F(Gather, DoesNotWaitWhileAStreamIsHot) {
    for (int i = 0; i < 1000; ++i) policy.on_batch(now);
    policy.on_hot(now);
    EXPECT_EQ(policy.delay(now), 0ns);
    now += gather::hot_time;
    for (int i = 0; i < 10; ++i) policy.on_batch(now);
    EXPECT_EQ(policy.delay(now), gather::period);
}

}  // namespace
}  // namespace ringmaster::io

// When a drain shard may let output gather in the pipes before it reads the next batch.
//
// Reading many lines with one read(2) is what makes chatty fleets cheap: a shard that was woken
// more often than once in a period for a while waits until a whole period is over. The period
// grows with the number of reads that a batch takes, so that a few lines are not kept waiting for
// a saving that nobody would notice. Output that comes rarely never waits. Nothing waits while a
// stream is hot, i.e. fills its pipe so fast that waiting could make its writer stop.
//
// Pure arithmetic on the times it is given; owned by a shard.
#pragma once

#include <algorithm>
#include <chrono>

namespace ringmaster::io {

class gather {
public:
    using clock = std::chrono::steady_clock;

    static constexpr clock::duration shortest_period = std::chrono::milliseconds(1);
    static constexpr clock::duration longest_period = std::chrono::milliseconds(4);
    /// A read with its write takes about 5 us: a tenth of a core for the reading of short lines,
    /// until the longest period is reached.
    static constexpr clock::duration period_per_read = std::chrono::microseconds(50);
    /// Batches so far ahead of their periods may come at once before gathering begins.
    static constexpr clock::duration burst = 16 * shortest_period;
    /// How long one hot stream keeps the shard from waiting.
    static constexpr clock::duration hot_time = 2 * longest_period;

    /// A batch begins at `now`: output is moved, or a new stream is taken on.
    void on_batch(clock::time_point now) {
        // The generic cell rate algorithm: due_ runs ahead of the clock by what was used up.
        due_ = std::min(std::max(due_, now), now + burst) + period();
        reads_ = 0;
    }

    /// One read of the batch.
    void on_read() { reads_ = std::min(reads_ + 1, most_reads); }

    void on_hot(clock::time_point now) { hot_until_ = now + hot_time; }

    /// How long to let output gather from `now` on; never more than the period.
    clock::duration delay(clock::time_point now) const {
        if (now < hot_until_) return clock::duration::zero();
        return std::clamp(due_ - burst - now, clock::duration::zero(), period());
    }

private:
    static constexpr int most_reads = longest_period / period_per_read;  // more make no difference

    clock::duration period() const {
        return std::clamp(reads_ * period_per_read, shortest_period, longest_period);
    }

    int reads_ = 0;  // of the batch that began last
    clock::time_point due_{};
    clock::time_point hot_until_{};
};

}  // namespace ringmaster::io

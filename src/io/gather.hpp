// When a drain shard may let output gather in the pipes before it reads the next batch.
//
// Reading many lines with one read(2) is what makes chatty fleets cheap: a shard that was woken
// more often than once in `period` for a while waits until a whole period is over. Output that
// comes rarely never waits. Nothing waits while a stream is hot, i.e. fills its pipe so fast that
// waiting could make its writer stop.
//
// Pure arithmetic on the times it is given; owned by a shard.
#pragma once

#include <algorithm>
#include <chrono>

namespace ringmaster::io {

class gather {
public:
    using clock = std::chrono::steady_clock;

    static constexpr clock::duration period = std::chrono::milliseconds(4);
    /// So many batches may come at once before gathering begins.
    static constexpr int burst = 16;
    /// How long one hot stream keeps the shard from waiting.
    static constexpr clock::duration hot_time = 2 * period;

    /// A batch that moved output was begun at `now`.
    void on_batch(clock::time_point now) {
        // The generic cell rate algorithm: due_ runs ahead of the clock by what was used up.
        due_ = std::min(std::max(due_, now), now + burst * period) + period;
    }

    void on_hot(clock::time_point now) { hot_until_ = now + hot_time; }

    /// How long to let output gather from `now` on; never more than `period`.
    clock::duration delay(clock::time_point now) const {
        if (now < hot_until_) return clock::duration::zero();
        const auto wait = due_ - burst * period - now;
        return std::clamp(wait, clock::duration::zero(), period);
    }

private:
    clock::time_point due_{};
    clock::time_point hot_until_{};
};

}  // namespace ringmaster::io

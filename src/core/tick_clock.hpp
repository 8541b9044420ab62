// When TICK events are due: slices of wall-clock time that are aligned to multiples of the period.
//
// Pure arithmetic on the times it is given. A slice that was skipped is not made up for, and a
// clock that was set back makes a tick, too.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/event_types.hpp"

namespace ringmaster::core {

struct tick {
    event_kind kind;
    std::int64_t slice;  ///< UNIX seconds, a multiple of the period
};

class tick_clock {
public:
    /// The ticks that are due at `now` (UNIX seconds), shortest period first. The first call only
    /// notes the time.
    std::vector<tick> advance(std::int64_t now);
    /// The next multiple after `now` of a period in `wanted`; none if it holds no TICK.
    static std::optional<std::int64_t> next(std::int64_t now, event_set wanted);

private:
    struct period {
        event_kind kind;
        std::int64_t seconds;
    };
    static constexpr std::array periods{period{event_kind::tick_5, 5},
                                        period{event_kind::tick_60, 60},
                                        period{event_kind::tick_3600, 3600}};

    std::array<std::optional<std::int64_t>, periods.size()> noted_;
};

}  // namespace ringmaster::core

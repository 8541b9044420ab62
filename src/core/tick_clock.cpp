#include "core/tick_clock.hpp"

#include <utility>

namespace ringmaster::core {

std::vector<tick> tick_clock::advance(std::int64_t now) {
    std::vector<tick> due;
    for (std::size_t i = 0; i < periods.size(); ++i) {
        const std::int64_t slice = now - now % periods[i].seconds;
        const auto before = std::exchange(noted_[i], slice);
        if (before && *before != slice) due.push_back({periods[i].kind, slice});
    }
    return due;
}

std::optional<std::int64_t> tick_clock::next(std::int64_t now, event_set wanted) {
    for (const period& each : periods) {
        // The longer periods are multiples of the shorter ones.
        if ((wanted & bit(each.kind)) != 0) return now - now % each.seconds + each.seconds;
    }
    return std::nullopt;
}

}  // namespace ringmaster::core

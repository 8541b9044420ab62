// A moment as pure code sees it: handed in with every input, never asked of a clock.
//
// `mono` decides (every deadline is monotonic, a clock jump changes nothing); `wall` is only shown.
#pragma once

#include <chrono>
#include <cstdint>

namespace ringmaster::core {

using time_point = std::chrono::steady_clock::time_point;

struct instant {
    time_point mono;
    std::int64_t wall = 0;  ///< UNIX seconds
};

}  // namespace ringmaster::core

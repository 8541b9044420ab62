// The page that the children of the fleet benchmark share with whoever measures them.
//
// bench/fleet/stamps.py makes the file and reads it; bench/sleeper.cpp writes one record for each
// life of a child. Times are CLOCK_MONOTONIC nanoseconds, which all processes of a machine share,
// so that nobody has to be awake at the moment that is measured.
#pragma once

#include <cstdint>

namespace ringmaster::bench {

struct stamp_header {
    std::uint64_t lives;        ///< records handed out so far
    std::uint64_t drained;      ///< children that have written their burst
    std::uint64_t capacity;     ///< records that fit into the file
    std::uint64_t burst_bytes;  ///< what a child writes on SIGUSR1
    std::uint64_t piece_bytes;  ///< by one write, at most max_piece
    std::uint64_t pace_ns;      ///< from the start of one write to the next; 0: at once
};

inline constexpr std::uint64_t max_piece = 65536;

struct stamp_record {
    std::uint64_t born_ns;     ///< first instruction of the program
    std::uint64_t greeted_ns;  ///< its line is in the pipe
    std::uint32_t child;       ///< the number it was given
    std::uint32_t pid;         ///< written last: 0 means that the record is not complete
};

static_assert(sizeof(stamp_header) == 48 && sizeof(stamp_record) == 24);

}  // namespace ringmaster::bench

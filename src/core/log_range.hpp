// Which bytes of a log file the reading and tailing methods mean by "offset" and "length".
//
// Pure arithmetic on sizes; any 64-bit argument is safe.
#pragma once

#include <cstdint>
#include <utility>

namespace ringmaster::core {

/// The most of a log that one answer carries, in bytes: nobody may make the daemon hold a whole
/// one. Of what counts from the end the end is kept, so that a caller who goes on there misses
/// nothing.
inline constexpr std::int64_t largest_range = 64 * 1024 * 1024;

/// Where to begin in a file and how many bytes to take; always within the file.
using byte_range = std::pair<std::int64_t, std::int64_t>;

/// False for the combinations that readLog and its kin refuse: a negative length, or a negative
/// offset with any length.
bool is_readable_range(std::int64_t offset, std::int64_t length);

/// readLog: `length` bytes from `offset`, 0 meaning "to the end"; a negative offset counts from
/// the end. Past the end there is nothing. The arguments must be a readable range.
byte_range read_range(std::int64_t offset, std::int64_t length, std::int64_t size);

/// tailProcessStdoutLog: always bytes from the end of the file, as many as asked for, as soon as
/// anything lies behind `offset`.
byte_range tail_range(std::int64_t offset, std::int64_t length, std::int64_t size);

/// Whether more than `length` bytes lie behind `offset`.
bool tail_overflows(std::int64_t offset, std::int64_t length, std::int64_t size);

}  // namespace ringmaster::core

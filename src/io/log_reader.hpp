// Reads a part of a log file for the API; blocking, to be called through io/blocking.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "core/result.hpp"

namespace ringmaster::io {

struct file_part {
    std::string bytes;
    std::int64_t size = 0;  ///< of the whole file when it was read
};

/// Reads the bytes [first, first + second) that `window` picks from the file's size.
result<file_part> read_part(
    const std::string& path,
    const std::function<std::pair<std::int64_t, std::int64_t>(std::int64_t size)>& window);

}  // namespace ringmaster::io

#include "core/log_range.hpp"

#include <algorithm>
#include <limits>

namespace ringmaster::core {
namespace {

std::int64_t saturating_sum(std::int64_t a, std::int64_t b) {
    using limits = std::numeric_limits<std::int64_t>;
    if (a > 0 && b > limits::max() - a) return limits::max();
    if (a < 0 && b < limits::min() - a) return limits::min();
    return a + b;
}

}  // namespace

bool is_readable_range(std::int64_t offset, std::int64_t length) {
    return offset < 0 ? length == 0 : length >= 0;
}

byte_range read_range(std::int64_t offset, std::int64_t length, std::int64_t size) {
    if (offset < 0) {
        const std::int64_t back = std::max(offset, -largest_range);
        const std::int64_t start = std::max<std::int64_t>(0, saturating_sum(size, back));
        return {start, size - start};
    }
    if (offset >= size) return {size, 0};
    const std::int64_t rest = std::min(size - offset, largest_range);
    return {offset, length == 0 ? rest : std::min(length, rest)};
}

bool tail_overflows(std::int64_t offset, std::int64_t length, std::int64_t size) {
    return size > saturating_sum(offset, length);
}

byte_range tail_range(std::int64_t offset, std::int64_t length, std::int64_t size) {
    const bool nothing_new = !tail_overflows(offset, length, size) && offset >= size;
    if (length <= 0 || nothing_new) return {size, 0};
    const std::int64_t count = std::min({length, size, largest_range});
    return {size - count, count};
}

}  // namespace ringmaster::core

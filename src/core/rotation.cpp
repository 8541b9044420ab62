#include "core/rotation.hpp"

#include <fmt/format.h>

namespace ringmaster::core {

rename_step nth_rename(std::string_view path, int backups, int nth) {
    const int from = backups - 1 - nth;  // oldest first, so that no backup overwrites a younger one
    return {from == 0 ? std::string(path) : fmt::format("{}.{}", path, from),
            fmt::format("{}.{}", path, from + 1)};
}

}  // namespace ringmaster::core

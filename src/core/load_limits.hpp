// How large a configuration may become when everything in it is expanded.
//
// Far above any fleet: a mistyped number, or names that multiply each other, must not eat all
// memory. Plain values for config_loader.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ringmaster::core {

struct load_limits {
    std::int64_t processes_of_a_section = 100'000;  ///< numprocs
    std::size_t bytes = std::size_t{1} << 30;       ///< of all values and processes
};

}  // namespace ringmaster::core

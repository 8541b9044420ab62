// Memory for large answers, fetched from the kernel at once.
//
// Reading what a large fleet answers takes a few megabytes for a few milliseconds, and a third of
// these would go into page faults. Only hints: without them everything works, but more slowly.
#pragma once

#include <cstddef>

namespace ringmaster::ctl {

/// To be called once at the start: what was fetched stays with the process.
void keep_heap();

/// Memory for reading an answer of so many bytes. Does nothing for a small one.
void fetch_heap(std::size_t answer);

}  // namespace ringmaster::ctl

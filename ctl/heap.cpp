#include "ctl/heap.hpp"

#include <malloc.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace ringmaster::ctl {
namespace {

constexpr std::uintptr_t page = 4096;
constexpr std::size_t small_answer = 128 * 1024;
constexpr std::size_t most = 64 * 1024 * 1024;
/// Body, tree and values together, as a multiple of the body.
constexpr std::size_t share = 5;

}  // namespace

void keep_heap() {
    constexpr int largest_threshold = 32 * 1024 * 1024;  // that the C library accepts
    ::mallopt(M_MMAP_THRESHOLD, largest_threshold);
    ::mallopt(M_TRIM_THRESHOLD, int{most});
}

void fetch_heap(std::size_t answer) {
    if (answer <= small_answer) return;
    const std::size_t size = std::min(answer, most / share) * share;
    void* const block = std::malloc(size);
    if (block == nullptr) return;
    const auto start = reinterpret_cast<std::uintptr_t>(block);
    const auto first = (start + page - 1) / page * page;
    const auto end = (start + size) / page * page;
    void* const pages = reinterpret_cast<void*>(first);
    ::madvise(pages, end - first, MADV_HUGEPAGE);
    ::madvise(pages, end - first, MADV_POPULATE_WRITE);  // since Linux 5.14
    std::free(block);  // it stays at the end of the heap, and is what comes next
}

}  // namespace ringmaster::ctl

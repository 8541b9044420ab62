// Buffers that the kernel picks from when a multishot read has bytes to deliver.
//
// Owned by ring_engine. The memory belongs to this object and is given back only after the ring
// is gone, since the kernel may write into any buffer that was provided.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "io/ring.hpp"
#include "io/unique_mapping.hpp"

namespace ringmaster::io {

class buffer_ring {
public:
    /// Provides `count` (a power of two) buffers of `size` bytes as `group`. Needs Linux 5.19.
    /// Only pages that were used take memory.
    static result<std::unique_ptr<buffer_ring>> open(ring& owner, unsigned short group,
                                                     unsigned short count, std::size_t size);

    unsigned short group() const { return group_; }
    unsigned short count() const { return count_; }

    /// What the kernel put into buffer `id`; valid until recycle(id).
    std::span<char> bytes(unsigned short id, std::size_t length) {
        return {memory_.data() + id * size_, length};
    }
    /// Hands buffer `id` to the kernel again.
    void recycle(unsigned short id);

private:
    buffer_ring(unsigned short group, unsigned short count, std::size_t size)
        : group_(group), count_(count), size_(size) {}

    unsigned short group_;
    unsigned short count_;
    std::size_t size_;
    unique_mapping entries_;
    unique_mapping memory_;
};

}  // namespace ringmaster::io

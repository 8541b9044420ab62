// Sole owner of an anonymous, page-aligned memory mapping.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <utility>

#include "io/posix.hpp"

namespace ringmaster::io {

class unique_mapping {
public:
    unique_mapping() noexcept = default;
    unique_mapping(unique_mapping&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    unique_mapping& operator=(unique_mapping&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~unique_mapping() {
        if (data_ != nullptr) ::munmap(data_, size_);
    }

    /// Zeroed memory; pages take room when they are first touched.
    static result<unique_mapping> make(std::size_t size) {
        constexpr int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
        void* data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, flags, -1, 0);
        if (data == MAP_FAILED) return last_errno();
        unique_mapping made;
        made.data_ = data;
        made.size_ = size;
        return made;
    }

    char* data() const noexcept { return static_cast<char*>(data_); }
    std::size_t size() const noexcept { return size_; }

private:
    void* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace ringmaster::io

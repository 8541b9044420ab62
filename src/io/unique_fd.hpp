// Sole owner of one descriptor. Every descriptor of the daemon lives in one of these, in an Asio
// object, or in a ring's registry; a bare int is always borrowed.
#pragma once

#include <unistd.h>

#include <utility>

namespace ringmaster::io {

class unique_fd {
public:
    unique_fd() noexcept = default;
    explicit unique_fd(int fd) noexcept : fd_(fd) {}
    unique_fd(unique_fd&& other) noexcept : fd_(other.release()) {}
    unique_fd& operator=(unique_fd&& other) noexcept {
        reset(other.release());
        return *this;
    }
    ~unique_fd() { reset(); }

    int get() const noexcept { return fd_; }
    [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }
    explicit operator bool() const noexcept { return fd_ >= 0; }

    void reset(int fd = -1) noexcept {
        // Linux frees the slot even when close() reports EINTR: a retry could hit a reused number.
        if (const int old = std::exchange(fd_, fd); old >= 0) ::close(old);
    }

private:
    int fd_ = -1;
};

}  // namespace ringmaster::io

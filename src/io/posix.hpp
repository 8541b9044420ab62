// Thin wrappers of system calls that answer with `result` and owned, close-on-exec descriptors.
//
// No policy and no state: whoever calls decides what an error means.
#pragma once

#include <cerrno>
#include <cstddef>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "io/unique_fd.hpp"

namespace ringmaster::io {

/// errno as an error_code. Call it before anything else can overwrite errno.
inline error_code last_errno() {
    return {errno, boost::system::system_category()};
}

inline error_code posix_error(int number) {
    return {number, boost::system::system_category()};
}

struct pipe_ends {
    unique_fd read;
    unique_fd write;
};

/// A close-on-exec pipe; both ends blocking.
result<pipe_ends> make_pipe();

/// Sets O_NONBLOCK on the open file description behind `fd`.
error_code set_nonblocking(int fd);

/// open(2) with O_CLOEXEC added; restarts on EINTR.
result<unique_fd> open_file(const std::string& path, int flags, unsigned mode = 0666);

/// The whole file. Fails with EFBIG past `limit` bytes, with EISDIR on a directory.
result<std::string> read_whole_file(const std::string& path, std::size_t limit);

/// Writes all of `bytes` to a blocking descriptor; restarts on EINTR and short writes.
error_code write_all(int fd, std::string_view bytes);

/// "EACCES" for 13; the decimal number for an errno that has no name.
std::string errno_name(int number);

}  // namespace ringmaster::io

#include "io/posix.hpp"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

namespace ringmaster::io {

result<pipe_ends> make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return last_errno();
    return pipe_ends{unique_fd{ends[0]}, unique_fd{ends[1]}};
}

error_code set_nonblocking(int fd) {
    const int flags = ::fcntl(fd, F_GETFL);
    if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) return last_errno();
    return {};
}

result<unique_fd> open_file(const std::string& path, int flags, unsigned mode) {
    int fd = -1;
    do {
        fd = ::open(path.c_str(), flags | O_CLOEXEC, static_cast<mode_t>(mode));
    } while (fd < 0 && errno == EINTR);
    if (fd < 0) return last_errno();
    return unique_fd{fd};
}

result<std::string> read_whole_file(const std::string& path, std::size_t limit) {
    RM_TRY(const unique_fd file, open_file(path, O_RDONLY));
    std::string text;
    char chunk[16384];
    for (;;) {
        const ssize_t got = ::read(file.get(), chunk, sizeof chunk);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return last_errno();
        if (got == 0) return text;
        if (text.size() + static_cast<std::size_t>(got) > limit) return posix_error(EFBIG);
        text.append(chunk, static_cast<std::size_t>(got));
    }
}

error_code write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0) return last_errno();
        bytes.remove_prefix(static_cast<std::size_t>(wrote));
    }
    return {};
}

std::string errno_name(int number) {
    const char* name = ::strerrorname_np(number);
    return name != nullptr ? name : std::to_string(number);
}

}  // namespace ringmaster::io

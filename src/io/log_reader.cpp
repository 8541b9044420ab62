#include "io/log_reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/posix.hpp"

namespace ringmaster::io {

result<file_part> read_part(
    const std::string& path,
    const std::function<std::pair<std::int64_t, std::int64_t>(std::int64_t size)>& window) {
    // O_NONBLOCK: a FIFO by that name must not hold up the reader.
    struct stat info {};
    auto opened = open_file(path, O_RDONLY | O_NONBLOCK);
    if (!opened) return ::stat(path.c_str(), &info) == 0 ? opened.error() : posix_error(ENOENT);
    const unique_fd file = *std::move(opened);
    if (::fstat(file.get(), &info) != 0) return last_errno();
    if (S_ISDIR(info.st_mode)) return posix_error(EISDIR);

    file_part part;
    part.size = ::lseek(file.get(), 0, SEEK_END);
    if (part.size < 0) return last_errno();  // a pipe, a terminal: what was written is gone
    const auto [first, count] = window(part.size);
    part.bytes.resize(static_cast<std::size_t>(count));
    std::size_t filled = 0;
    while (filled < part.bytes.size()) {
        const ssize_t got = ::pread(file.get(), part.bytes.data() + filled,
                                    part.bytes.size() - filled, first + static_cast<off_t>(filled));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return last_errno();
        if (got == 0) break;  // truncated meanwhile
        filled += static_cast<std::size_t>(got);
    }
    part.bytes.resize(filled);
    return part;
}

}  // namespace ringmaster::io

#include "http/log_stream.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "http/http_date.hpp"
#include "io/posix.hpp"
#include "io/timer.hpp"

namespace ringmaster::http {
namespace {

constexpr std::int64_t tail_bytes = 1024;
constexpr std::size_t piece_bytes = 64 * 1024;
constexpr std::chrono::milliseconds interval{100};

/// O_NONBLOCK: a fifo at that path must not stop the daemon.
result<io::unique_fd> open_regular(const std::string& path, struct stat& info) {
    RM_TRY(io::unique_fd file, io::open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
    if (::fstat(file.get(), &info) != 0) return io::last_errno();
    if (!S_ISREG(info.st_mode)) return io::posix_error(EINVAL);
    return file;
}

/// What the helper threads work on; shared with them, because one that hangs comes back late.
struct followed {
    std::optional<log_follower> log;
    std::string piece;
};

task<> copy_while_open(dashboard_port& disks, std::shared_ptr<followed> file, piece_sink send) {
    for (;;) {
        std::function<void()> read = [file] { file->piece = file->log->next(); };
        co_await disks.read_disk(std::move(read));
        if (!file->piece.empty()) {
            if (!co_await send(file->piece)) co_return;
            continue;
        }
        if (!co_await io::sleep_for(interval)) co_return;
    }
}

}  // namespace

result<log_follower> log_follower::open(std::string path) {
    struct stat info {};
    RM_TRY(io::unique_fd file, open_regular(path, info));
    log_follower out{std::move(path), std::move(file)};
    out.position_ = info.st_size >= tail_bytes ? info.st_size - tail_bytes : 0;
    out.modified_ = info.st_mtime;
    return out;
}

std::string log_follower::next() {
    std::string piece = read_more();
    if (!piece.empty()) return piece;
    if (was_truncated()) {
        position_ = 0;
        return "==> File truncated <==\n";
    }
    if (!was_replaced()) return {};
    // The old file may have grown between the two looks.
    piece = read_more();
    if (!piece.empty()) return piece;
    struct stat info {};
    auto opened = open_regular(path_, info);
    if (!opened) return {};  // gone again: go on waiting
    file_ = std::move(*opened);
    position_ = 0;
    return read_more();
}

std::string log_follower::read_more() {
    struct stat info {};
    if (::fstat(file_.get(), &info) != 0 || info.st_size <= position_) return {};
    const auto there = static_cast<std::size_t>(info.st_size - position_);
    std::string piece(std::min(there, piece_bytes), '\0');
    ssize_t count = -1;
    do {
        count = ::pread(file_.get(), piece.data(), piece.size(), position_);
    } while (count < 0 && errno == EINTR);
    if (count <= 0) return {};
    position_ += count;
    piece.resize(static_cast<std::size_t>(count));
    return piece;
}

bool log_follower::was_truncated() const {
    struct stat info {};
    return ::fstat(file_.get(), &info) == 0 && info.st_size < position_;
}

bool log_follower::was_replaced() const {
    struct stat mine {};
    struct stat now {};
    if (::fstat(file_.get(), &mine) != 0 || ::stat(path_.c_str(), &now) != 0) return false;
    return mine.st_dev != now.st_dev || mine.st_ino != now.st_ino;
}

task<answer> follow_log(dashboard_port& disks, std::string path, field_list fields) {
    auto file = std::make_shared<followed>();
    std::function<void()> open = [file, path = std::move(path)] {
        if (auto opened = log_follower::open(path)) file->log = std::move(*opened);
    };
    co_await disks.read_disk(std::move(open));
    answer out = error_response(404);
    if (!file->log) co_return out;
    stream_response stream;
    stream.head.content_type = "text/plain;charset=utf-8";
    stream.head.fields = std::move(fields);
    stream.head.fields.emplace_back("Last-Modified", http_date(file->log->modified()));
    // Child output must stay text, whatever a browser thinks it looks like.
    stream.head.fields.emplace_back("X-Content-Type-Options", "nosniff");
    stream.produce = [&disks, file](piece_sink send) {
        return copy_while_open(disks, file, std::move(send));
    };
    out = std::move(stream);
    co_return out;
}

}  // namespace ringmaster::http

#include "io/log_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdio>
#include <limits>

#include "core/rotation.hpp"
#include "io/posix.hpp"

namespace ringmaster::io {
namespace {

constexpr auto unlimited = std::numeric_limits<std::size_t>::max();

/// A second open file description for the same pipe or terminal, so that O_NONBLOCK does not leak
/// to whoever shares the first. Fails on sockets, and if we may not open the inode any more.
unique_fd private_nonblocking(int fd) {
    auto own = open_file(fmt::format("/proc/self/fd/{}", fd), O_WRONLY | O_NONBLOCK | O_NOCTTY);
    return own ? std::move(*own) : unique_fd{};
}

bool names_a_device(std::string_view path) {
    return path.starts_with("/proc/") ||
           (path.starts_with("/dev/") && !path.starts_with("/dev/shm/"));
}

/// Renaming or removing /dev/stdout, or a link to it, would break it for the whole system, even
/// while it happens to lead to a regular file.
bool leads_to_a_device(const std::string& path) {
    char target[PATH_MAX];
    const ssize_t length = ::readlink(path.c_str(), target, sizeof target);
    return names_a_device(path) ||
           (length > 0 && names_a_device({target, static_cast<std::size_t>(length)}));
}

/// Not by rename(2) alone: when one file replaces another, ext4 first writes it to the disk
/// (auto_da_alloc), which took 25 ms for each 10 MB, three quarters of a flood's time.
error_code move_over(disk_calls& disk, const std::string& from, const std::string& to) {
    struct stat info {};
    if (::lstat(from.c_str(), &info) == 0 && disk.unlink(to) != 0 && errno != ENOENT)
        return last_errno();
    return disk.rename(from, to) == 0 || errno == ENOENT ? error_code{} : last_errno();
}

/// What is written to a removed file is gone when it is closed.
bool has_no_name(int fd) {
    struct stat info {};
    return ::fstat(fd, &info) == 0 && info.st_nlink == 0;
}

bool is_same_file(int fd, const std::string& path) {
    struct stat open {};
    struct stat named {};
    return ::fstat(fd, &open) == 0 && ::stat(path.c_str(), &named) == 0 &&
           open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

disk_calls& usual_disk() {
    static disk_calls calls;
    return calls;
}

bool writable_now(int fd) {
    pollfd query{fd, POLLOUT, 0};
    return ::poll(&query, 1, 0) > 0;
}

}  // namespace

log_file::log_file(log_target target, clock::duration quiet)
    : disk_(target.disk != nullptr ? *target.disk : usual_disk()),
      path_(std::move(target.path)),
      maxbytes_(target.maxbytes),
      rotate_at_(target.maxbytes),
      quiet_(quiet),
      backups_(target.backups) {
    if (target.file) adopt(std::move(target.file));
}

void log_file::adopt(unique_fd file) {
    struct stat info {};
    regular_ = ::fstat(file.get(), &info) == 0 && S_ISREG(info.st_mode);
    target_ = {info.st_dev, info.st_ino};
    replaceable_ = regular_ && !leads_to_a_device(path_);
    must_poll_ = false;
    if (!regular_) {
        unique_fd own = private_nonblocking(file.get());
        must_poll_ = !own;
        if (own) file = std::move(own);
    }
    file_ = std::move(file);
    astray_ = false;
    rotate_at_ = maxbytes_;
    unseen_ = 0;
}

error_code log_file::open_again(int extra_flags) {
    // O_NONBLOCK: should the path name a FIFO by now, do not wait for its reader.
    constexpr int flags = O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY | O_NONBLOCK;
    auto file = disk_.open(path_, flags | extra_flags);
    if (!file) {
        astray_ = true;
        return file.error();
    }
    adopt(std::move(*file));
    return {};
}

std::size_t log_file::write(std::string_view record, core::log_sink& notes) {
    if (!file_) return record.size();
    // Once a second: a system call for each record would cost too much.
    if (looked_ != std::time(nullptr)) look_for_removal(notes);
    if (astray_) {
        const error_code failed = open_again(0);
        if (failed && has_no_name(file_.get())) {
            drop(record.size(), failed.message(), notes);
            return record.size();
        }  // else the old file still takes the bytes
    }

    std::size_t done = 0;
    while (done < record.size()) {
        const std::size_t wrote = write_some(record.substr(done));
        if (wrote == 0) {
            if (errno == EINTR) continue;
            if (errno == EAGAIN && !regular_) return done;
            drop(record.size() - done, last_errno().message(), notes);
            return record.size();
        }
        done += wrote;
    }
    unseen_ += done;
    if (dropped_ > 0) written_again(notes);
    rotate_if_due(notes);
    return done;
}

void log_file::look_for_removal(core::log_sink& notes) {
    if (!replaceable_ || astray_) return;
    const std::time_t before = std::exchange(looked_, std::time(nullptr));
    const std::size_t unseen = std::exchange(unseen_, 0);
    struct stat info {};
    if (::fstat(file_.get(), &info) != 0 || info.st_nlink != 0) return;
    astray_ = true;
    // The removal moved the time of change only; a later write moved both.
    const bool written_since =
        info.st_mtim.tv_sec == info.st_ctim.tv_sec && info.st_mtim.tv_nsec == info.st_ctim.tv_nsec;
    if (unseen == 0 || !written_since) return;
    count_dropped(unseen, before);
    tell_trouble("it was removed", notes);
}

std::size_t log_file::room() const {
    if (!can_be_full()) return unlimited;
    if (!writable_now(file_.get())) return 0;
    if (must_poll_) return PIPE_BUF;
    const int size = ::fcntl(file_.get(), F_GETPIPE_SZ);
    int held = 0;
    if (size < 0 || ::ioctl(file_.get(), FIONREAD, &held) != 0) return unlimited;
    // A pipe that can be written to has room for one page, whatever the pages hold.
    return static_cast<std::size_t>(std::max(size - held, PIPE_BUF));
}

std::size_t log_file::write_some(std::string_view bytes) {
    if (must_poll_) {
        if (!writable_now(file_.get())) {
            errno = EAGAIN;
            return 0;
        }
        // A pipe that reports POLLOUT has room for one page.
        bytes = bytes.substr(0, PIPE_BUF);
    }
    const ssize_t wrote = disk_.write(file_.get(), bytes.data(), bytes.size());
    if (wrote == 0) errno = EIO;
    return wrote > 0 ? static_cast<std::size_t>(wrote) : 0;
}

void log_file::drop(std::size_t bytes, std::string_view why, core::log_sink& notes) {
    count_dropped(bytes, std::time(nullptr));
    tell_trouble(why, notes);
}

void log_file::count_dropped(std::size_t bytes, std::time_t since) {
    if (dropped_ == 0) dropping_since_ = since;
    dropped_ += static_cast<std::int64_t>(bytes);
}

void log_file::tell_trouble(std::string_view why, core::log_sink& notes) {
    if (trouble_told_ || clock::now() < quiet_until_) return;
    trouble_told_ = true;
    notes.write(core::log_level::warn,
                fmt::format("could not write {}: {}; output is being dropped", path_, why));
}

void log_file::written_again(core::log_sink& notes) {
    const auto now = clock::now();
    if (now < quiet_until_) return;
    notes.write(core::log_level::warn, fmt::format("writing {} works again; {}", path_, loss()));
    dropped_ = 0;
    trouble_told_ = false;
    quiet_until_ = now + quiet_;
}

void log_file::close(core::log_sink& notes) {
    if (unseen_ > 0) look_for_removal(notes);
    file_.reset();
    if (dropped_ == 0) return;
    notes.write(core::log_level::warn, fmt::format("closed {}; {}", path_, loss()));
    dropped_ = 0;
}

std::string log_file::loss() const {
    std::tm local{};
    ::localtime_r(&dropping_since_, &local);
    char since[32];
    const auto length = std::strftime(since, sizeof since, "%Y-%m-%d %H:%M:%S", &local);
    return fmt::format("{} bytes of output were dropped since {}", dropped_,
                       std::string_view(since, length));
}

bool log_file::rotates() const {
    return maxbytes_ > 0 && replaceable_ && !astray_;
}

std::size_t log_file::room_left() const {
    if (!rotates()) return unlimited;
    const std::int64_t position = ::lseek(file_.get(), 0, SEEK_END);
    return static_cast<std::size_t>(std::max<std::int64_t>(rotate_at_ - position - 1, 0));
}

void log_file::rotate_if_due(core::log_sink& notes) {
    if (!rotates()) return;
    // Not a count of our own: other streams, or other programs, may append to the same file.
    const std::int64_t position = ::lseek(file_.get(), 0, SEEK_CUR);
    if (!core::rotation_due(position, rotate_at_)) return;
    look_for_removal(notes);
    if (astray_) return;                // the next write begins a new file
    rotate_at_ = position + maxbytes_;  // if this rotation fails, do not try again for each record
    rotate(notes);
}

void log_file::rotate(core::log_sink& notes) {
    for (int nth = 0; nth < core::rename_count(backups_); ++nth) {
        const auto step = core::nth_rename(path_, backups_, nth);
        const error_code failed = move_over(disk_, step.from, step.to);
        if (!failed) continue;
        // Before the live file was renamed or truncated: nothing is lost.
        return rotation_failed("rotate", failed, notes);
    }
    if (const error_code failed = begin_empty_file())
        return rotation_failed("reopen", failed, notes);
    rotated_again(notes);
}

/// Once, not for each time that the log grows by its limit.
void log_file::rotation_failed(std::string_view what, error_code failed, core::log_sink& notes) {
    if (std::exchange(rotation_fails_, true)) return;
    notes.write(core::log_level::warn,
                fmt::format("could not {} {}: {}", what, path_, failed.message()));
}

void log_file::rotated_again(core::log_sink& notes) {
    const auto now = clock::now();
    if (!rotation_fails_ || now < rotation_quiet_until_) return;
    notes.write(core::log_level::warn, fmt::format("rotating {} works again", path_));
    rotation_fails_ = false;
    rotation_quiet_until_ = now + quiet_;
}

/// A file that is truncated and closed later is written to the disk by ext4, too.
error_code log_file::begin_empty_file() {
    if (!is_same_file(file_.get(), path_) || disk_.truncate(file_.get()) != 0)
        return open_again(O_TRUNC);
    rotate_at_ = maxbytes_;
    return {};
}

void log_file::reopen(core::log_sink& notes) {
    if (!replaceable_) return;
    if (const error_code failed = open_again(0))
        notes.write(core::log_level::warn,
                    fmt::format("could not reopen {}: {}", path_, failed.message()));
}

error_code log_file::clear() {
    if (!replaceable_) return {};
    if (disk_.unlink(path_) != 0 && errno != ENOENT) return last_errno();
    return open_again(0);
}

}  // namespace ringmaster::io

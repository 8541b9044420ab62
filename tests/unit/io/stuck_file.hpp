// A regular file on a disk that hangs, as far as a writer can tell: every write(2) to it waits.
//
// A thread of the test writes to the file from a page that is not there (userfaultfd). The kernel
// holds the file's lock while it waits for the page, so all other writers wait too, until
// release().
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "io/posix.hpp"

namespace ringmaster::io {

class stuck_file {
public:
    /// Null where this user may not have a userfaultfd that serves the kernel. Makes the file.
    static std::unique_ptr<stuck_file> hold(const std::string& path) {
        std::unique_ptr<stuck_file> made(new stuck_file);
        made->faults_ =
            unique_fd{static_cast<int>(::syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK))};
        if (!made->faults_) return nullptr;
        uffdio_api api{UFFD_API, 0, 0};
        uffdio_register area{};
        area.range = made->range();
        area.mode = UFFDIO_REGISTER_MODE_MISSING;
        if (::ioctl(made->faults_.get(), UFFDIO_API, &api) != 0 ||
            ::ioctl(made->faults_.get(), UFFDIO_REGISTER, &area) != 0)
            return nullptr;
        auto file = open_file(path, O_WRONLY | O_APPEND | O_CREAT);
        if (!file) return nullptr;
        made->file_ = std::move(*file);
        made->writer_ = std::thread(
            [self = made.get()] { EXPECT_EQ(::write(self->file_.get(), self->page_, 1), 1); });
        pollfd fault{made->faults_.get(), POLLIN, 0};
        EXPECT_EQ(::poll(&fault, 1, 60'000), 1);
        EXPECT_EQ(fault.revents, POLLIN) << "the write did not begin";
        return made;
    }

    /// Lets all writers go on; the first byte that comes into the file is '|'.
    void release() {
        if (!writer_.joinable()) return;
        std::vector<char> content(static_cast<std::size_t>(page_size), '|');
        uffdio_copy fill{};
        fill.dst = reinterpret_cast<std::uintptr_t>(page_);
        fill.src = reinterpret_cast<std::uintptr_t>(content.data());
        fill.len = content.size();
        EXPECT_EQ(::ioctl(faults_.get(), UFFDIO_COPY, &fill), 0);
        writer_.join();
    }

    ~stuck_file() {
        release();
        ::munmap(page_, static_cast<std::size_t>(page_size));
    }
    stuck_file(const stuck_file&) = delete;
    stuck_file& operator=(const stuck_file&) = delete;

private:
    stuck_file()
        : page_(::mmap(nullptr, static_cast<std::size_t>(page_size), PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {}

    uffdio_range range() const {
        return {reinterpret_cast<std::uintptr_t>(page_), static_cast<std::uint64_t>(page_size)};
    }

    const long page_size = ::sysconf(_SC_PAGESIZE);
    void* page_;
    unique_fd faults_;
    unique_fd file_;
    std::thread writer_;
};

/// A directory on another file system than `path`'s; empty if the usual one is not there.
class other_disk {
public:
    explicit other_disk(const std::string& path) {
        struct stat here {};
        struct stat there {};
        if (::stat(path.c_str(), &here) != 0 || ::stat("/dev/shm", &there) != 0) return;
        if (here.st_dev == there.st_dev) return;
        char pattern[] = "/dev/shm/ringmaster-XXXXXX";
        if (::mkdtemp(pattern) != nullptr) path_ = pattern;
    }
    ~other_disk() {
        std::error_code ignored;
        if (exists()) std::filesystem::remove_all(path_, ignored);
    }
    other_disk(const other_disk&) = delete;
    other_disk& operator=(const other_disk&) = delete;

    bool exists() const { return !path_.empty(); }
    std::string file(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

}  // namespace ringmaster::io

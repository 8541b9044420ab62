// The calls of a log file that a disk may refuse: full, broken, over a quota, read-only.
//
// The seam at which tests inject such faults; everybody else has the calls themselves. Used on the
// shard's thread. No state and no policy.
#pragma once

#include <stdio.h>
#include <sys/types.h>
#include <unistd.h>

#include <string>

#include "core/result.hpp"
#include "io/posix.hpp"
#include "io/unique_fd.hpp"

namespace ringmaster::io {

/// Each is the system call of its name, with errno. Safe for calls from several threads.
class disk_calls {
public:
    virtual ~disk_calls() = default;
    virtual ssize_t write(int fd, const char* bytes, std::size_t size) {
        return ::write(fd, bytes, size);
    }
    virtual result<unique_fd> open(const std::string& path, int flags) {
        return open_file(path, flags);
    }
    virtual int rename(const std::string& from, const std::string& to) {
        return ::rename(from.c_str(), to.c_str());
    }
    virtual int unlink(const std::string& path) { return ::unlink(path.c_str()); }
    virtual int truncate(int fd) { return ::ftruncate(fd, 0); }
};

}  // namespace ringmaster::io

// Following a log file over HTTP: /logtail and /mainlogtail.
//
// A stream owns its file and keeps following the path chosen at the beginning, whatever becomes of
// the process. It reads in small pieces, only as fast as the peer takes them, and holds no more
// than one piece. Looks for new bytes a few times a second while it is open. The file is touched
// by helper threads only: its disk may hang.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "core/result.hpp"
#include "http/dashboard_port.hpp"
#include "http/message.hpp"
#include "io/unique_fd.hpp"

namespace ringmaster::http {

/// The reading side: knows about rotation and truncation, not about HTTP.
class log_follower {
public:
    /// Fails if `path` is not an existing regular file. Starts 1,024 bytes before its end.
    static result<log_follower> open(std::string path);

    /// The next bytes, at most 64 KiB; empty if there is nothing new. A file that was replaced is
    /// read to its end before the new one is begun; one that was cut is begun anew, after a line
    /// that says so.
    std::string next();

    std::int64_t modified() const { return modified_; }  ///< UNIX seconds, at open()

private:
    log_follower(std::string path, io::unique_fd file) noexcept
        : path_(std::move(path)), file_(std::move(file)) {}

    std::string read_more();
    bool was_truncated() const;
    bool was_replaced() const;

    std::string path_;
    io::unique_fd file_;
    std::int64_t position_ = 0;
    std::int64_t modified_ = 0;
};

/// An endless response, or 404. `fields` are added to its head. `disks` must outlive the response.
task<answer> follow_log(dashboard_port& disks, std::string path, field_list fields);

}  // namespace ringmaster::http

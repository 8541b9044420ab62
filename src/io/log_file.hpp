// One open log file: append, rotate, reopen, clear; and what happens when the disk says no.
//
// Owned by a stream of a drain shard, and used on that shard's thread only. Bytes are written as
// they come: one call of write() is one record, never split by a rotation. Only regular files are
// rotated, removed or reopened, and never through a name in /dev or /proc: /dev/stdout stays what
// it is. Pipes and terminals are written to without ever waiting for their reader.
//
// A file that somebody removes is missed within a second and made anew; what was written meanwhile
// counts as dropped. One that was renamed is written to until reopen().
//
// Never throws. Troubles go to the log_sink of the caller, once when they begin and once when
// they end, and never stop the stream. A disk that flips between full and not full is reported
// once in a while, with the sum of what was lost.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>

#include "core/log.hpp"
#include "io/disk_calls.hpp"
#include "io/drain.hpp"

namespace ringmaster::io {

/// The same for all descriptors of one pipe or device.
using target_id = std::pair<dev_t, ino_t>;

class log_file {
public:
    using clock = std::chrono::steady_clock;

    /// An empty `target.file` makes a log that discards everything.
    /// After writing works again, further trouble is reported when `quiet` is over.
    explicit log_file(log_target target, clock::duration quiet = std::chrono::minutes(1));

    /// Appends one record and rotates if it is due. Answers how many bytes are done with, written
    /// or (after an error) dropped; fewer than all only if the target is no regular file and cannot
    /// take more now: wait until descriptor() is writable, then write the rest.
    std::size_t write(std::string_view record, core::log_sink& notes);

    /// How many bytes write() takes now, at least: any number if the target cannot refuse some.
    std::size_t room() const;
    /// The target may be full: a pipe, a terminal.
    bool can_be_full() const { return file_ && !regular_; }
    const target_id& target() const { return target_; }

    /// How many bytes can be appended without reaching the size at which the file is rotated.
    std::size_t room_left() const;

    /// Opens again by path, for append. On failure the old file takes the bytes until a later
    /// write finds that the path can be opened. If the old file was removed, they are dropped.
    void reopen(core::log_sink& notes);

    /// Removes the file and opens a new one; a missing file is no error. Pipes and terminals are
    /// left alone, successfully.
    error_code clear();

    /// The last bytes could not be written, and that was not reported as over yet.
    bool is_dropping() const { return dropped_ > 0; }

    /// Counts bytes that the owner had to give up, as a failed write does.
    void drop(std::size_t bytes, std::string_view why, core::log_sink& notes);

    /// Closes the file. Bytes that could not be written until now are reported as lost.
    void close(core::log_sink& notes);

    const std::string& path() const { return path_; }
    /// Borrowed; -1 if the log discards.
    int descriptor() const { return file_.get(); }

private:
    void adopt(unique_fd file);
    void look_for_removal(core::log_sink& notes);
    void count_dropped(std::size_t bytes, std::time_t since);
    void tell_trouble(std::string_view why, core::log_sink& notes);
    error_code open_again(int extra_flags);
    std::size_t write_some(std::string_view bytes);
    bool rotates() const;
    void rotate_if_due(core::log_sink& notes);
    void rotate(core::log_sink& notes);
    void rotation_failed(std::string_view what, error_code failed, core::log_sink& notes);
    void rotated_again(core::log_sink& notes);
    error_code begin_empty_file();
    void written_again(core::log_sink& notes);
    std::string loss() const;

    disk_calls& disk_;
    std::string path_;
    std::int64_t maxbytes_;
    std::int64_t rotate_at_;    // maxbytes_, or further off after a rotation that failed
    std::int64_t dropped_ = 0;  // bytes whose loss was not reported yet; 0: all is well
    std::time_t dropping_since_ = 0;
    std::time_t looked_ = 0;  // when the file was known to have a name
    std::size_t unseen_ = 0;  // bytes written since
    clock::duration quiet_;
    clock::time_point quiet_until_{};
    clock::time_point rotation_quiet_until_{};
    bool trouble_told_ = false;
    bool rotation_fails_ = false;  // and that was told
    int backups_;
    unique_fd file_;
    target_id target_{};
    bool regular_ = false;
    bool replaceable_ = false;  // the path may be renamed, removed and opened anew
    bool must_poll_ = false;    // the descriptor may block: ask before each small write
    bool astray_ = false;       // not the file that the path names: open that before the next write
};

}  // namespace ringmaster::io

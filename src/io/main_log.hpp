// The daemon's own log: Supervisor's line format, level filter, rotation, copy on stdout, syslog.
//
// Owned by the composition root, written to on the control thread only. From write_behind() on, a
// thread of its own does the writing (io/log_thread), so that a disk that hangs does not stop the
// daemon; settle() tells when it has caught up. Never throws and never waits for a reader: what a
// pipe or terminal does not take at once is kept, up to a bound, and then dropped. What goes wrong
// with the log itself is told on stderr, and in the log once that can be written.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/log.hpp"
#include "core/result.hpp"
#include "io/line_format.hpp"
#include "io/log_file.hpp"
#include "io/log_thread.hpp"

namespace ringmaster::io {

struct main_log_options {
    std::string path;  ///< absolute, or "syslog"
    std::int64_t maxbytes = 0;
    int backups = 0;
    core::log_level level = core::log_level::info;
    bool to_stdout = false;
};

class main_log final : public core::log_sink {
public:
    /// Fails if the file cannot be opened for append.
    static result<main_log> open(main_log_options options);

    void write(core::log_level level, std::string_view text) override;
    bool enabled(core::log_level level) const override { return level >= options_.level; }

    /// From now on lines are written by a thread. Not before daemonizing: threads do not survive a
    /// fork. Without a thread the caller goes on writing.
    void write_behind();
    /// Waits until what was written is in the file. False: its disk hangs. Any thread.
    bool settle() const { return !thread_ || thread_->settle(); }

    /// After an external rotation (SIGUSR2): opens the file again by its path.
    void reopen();
    /// Removes the file and begins a new one. ENOENT if there is none; left as it is then.
    /// ETIMEDOUT if its disk hangs.
    error_code clear();
    const std::string& path() const { return options_.path; }

private:
    struct outlets;

    explicit main_log(main_log_options options);
    void put(std::string_view lines);
    void run(std::function<void()> work);

    main_log_options options_;
    std::shared_ptr<outlets> outlets_;    ///< of the thread, once there is one
    std::unique_ptr<log_thread> thread_;  ///< none: lines are written at once
    std::uint64_t lost_ = 0;              ///< records that there was no room for
    line_format format_;
    std::string lines_;
};

}  // namespace ringmaster::io

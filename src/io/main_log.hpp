// The daemon's own log: Supervisor's line format, level filter, rotation, copy on stdout, syslog.
//
// Owned by the composition root, written to on the control thread only. One record is one write.
// Never throws and never waits for a reader: what a pipe or terminal does not take at once is kept,
// up to a bound, and then dropped.
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include "core/log.hpp"
#include "core/result.hpp"
#include "io/log_file.hpp"

namespace ringmaster::io {

struct main_log_options {
    std::string path;  ///< absolute, or "syslog"
    std::int64_t maxbytes = 0;
    int backups = 0;
    core::log_level level = core::log_level::info;
    bool to_stdout = false;
    std::string program;  ///< syslog's ident
};

class main_log final : public core::log_sink {
public:
    /// Fails if the file cannot be opened for append.
    static result<main_log> open(main_log_options options);

    void write(core::log_level level, std::string_view text) override;
    bool enabled(core::log_level level) const override { return level >= options_.level; }

    /// After an external rotation (SIGUSR2): opens the file again by its path.
    void reopen();
    /// Removes the file and begins a new one. ENOENT if there is none; left as it is then.
    error_code clear();
    /// Daemonizing has sent stdout to /dev/null: no copy any more.
    void stop_stdout() { stdout_.reset(); }
    const std::string& path() const { return options_.path; }

private:
    struct destination {
        log_file file;
        std::string unread;  ///< what a pipe or terminal has not taken yet

        void write(std::string_view line);
    };

    explicit main_log(main_log_options options) : options_(std::move(options)) {}
    void append_line(std::string& to, core::log_level level, std::string_view text);
    void write_syslog(core::log_level level, std::string_view text);

    main_log_options options_;
    std::optional<destination> file_;
    std::optional<destination> stdout_;
    std::time_t stamp_second_ = -1;  ///< the second that stamp_ spells
    std::string stamp_;
    std::string line_;
};

}  // namespace ringmaster::io

#include "io/main_log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include <fmt/format.h>

#include "io/posix.hpp"

namespace ringmaster::io {
namespace {

/// What a stalled reader may keep in memory before lines are dropped.
constexpr std::size_t unread_limit = 1024 * 1024;

/// Troubles with the main log itself have nowhere to go but stderr.
class stderr_notes final : public core::log_sink {
public:
    void write(core::log_level, std::string_view text) override {
        (void)write_all(STDERR_FILENO, fmt::format("{}\n", text));
    }
    bool enabled(core::log_level) const override { return true; }
};

stderr_notes notes;

}  // namespace

result<main_log> main_log::open(main_log_options options) {
    main_log made(std::move(options));
    const main_log_options& wanted = made.options_;
    if (wanted.path == "syslog") {
        ::openlog(wanted.program.c_str(), 0, LOG_USER);
    } else {
        RM_TRY(auto file, open_file(wanted.path, O_WRONLY | O_APPEND | O_CREAT));
        log_target target{std::move(file), wanted.path, wanted.maxbytes, wanted.backups};
        made.file_.emplace(destination{log_file(std::move(target)), {}});
    }
    if (wanted.to_stdout) {
        unique_fd copy{::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)};
        log_target target{std::move(copy), "/dev/stdout", 0, 0};
        if (target.file) made.stdout_.emplace(destination{log_file(std::move(target)), {}});
    }
    return made;
}

void main_log::write(core::log_level level, std::string_view text) {
    if (!enabled(level)) return;
    line_.clear();
    append_line(line_, level, text);
    if (file_)
        file_->write(line_);
    else
        write_syslog(level, text);
    if (stdout_) stdout_->write(line_);
}

void main_log::reopen() {
    if (file_) file_->file.reopen(notes);
}

error_code main_log::clear() {
    struct stat info {};
    if (!file_) return posix_error(ENOENT);  // syslog
    if (::stat(options_.path.c_str(), &info) != 0) return last_errno();
    // Into the file that goes, so that the new one begins empty; once for each destination.
    const int destinations = stdout_ ? 2 : 1;
    for (int i = 0; i < destinations; ++i) write(core::log_level::info, "reopening log file");
    return file_->file.clear();
}

void main_log::append_line(std::string& to, core::log_level level, std::string_view text) {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    if (now.tv_sec != stamp_second_) {
        std::tm local{};
        ::localtime_r(&now.tv_sec, &local);
        char spelt[32];
        stamp_.assign(spelt, std::strftime(spelt, sizeof spelt, "%Y-%m-%d %H:%M:%S", &local));
        stamp_second_ = now.tv_sec;
    }
    fmt::format_to(std::back_inserter(to), "{},{:03} {} {}\n", stamp_, now.tv_nsec / 1'000'000,
                   core::log_code(level), text);
}

void main_log::write_syslog(core::log_level level, std::string_view text) {
    for (;;) {
        const auto end = text.find('\n');
        std::string one;
        append_line(one, level, text.substr(0, end));
        one.pop_back();
        ::syslog(LOG_INFO, "%s", one.c_str());
        if (end == std::string_view::npos) return;
        text.remove_prefix(end + 1);
    }
}

void main_log::destination::write(std::string_view line) {
    if (unread.empty()) {
        const std::size_t taken = file.write(line, notes);
        unread.append(line.substr(taken));
        return;
    }
    if (unread.size() + line.size() <= unread_limit) unread.append(line);
    unread.erase(0, file.write(unread, notes));
}

}  // namespace ringmaster::io

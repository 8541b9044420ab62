#include "io/main_log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <future>
#include <utility>

#include <fmt/format.h>

#include "io/posix.hpp"
#include "io/syslog_lines.hpp"

namespace ringmaster::io {
namespace {

/// What a stalled reader may keep in memory before lines are dropped.
constexpr std::size_t unread_limit = 1024 * 1024;

/// Troubles with the main log itself: told on stderr, and kept for the log.
class own_troubles final : public core::log_sink {
public:
    void write(core::log_level level, std::string_view text) override {
        (void)write_all(STDERR_FILENO, fmt::format("{}\n", text));
        format_.append(lines_, level, text);
    }
    bool enabled(core::log_level) const override { return true; }
    std::string take() { return std::exchange(lines_, {}); }

private:
    line_format format_;
    std::string lines_;
};

/// A file, or what stdout leads to.
struct destination {
    log_file file;
    std::string unread = {};  ///< what a pipe or terminal has not taken yet

    void write(std::string_view lines, core::log_sink& notes);
};

void destination::write(std::string_view lines, core::log_sink& notes) {
    if (unread.empty()) {
        // A file is rotated behind the line that fills it, however many are written together.
        while (!lines.empty()) {
            const auto filled = lines.find('\n', file.room_left());
            const auto part = lines.substr(0, filled == lines.npos ? lines.npos : filled + 1);
            const auto taken = file.write(part, notes);
            lines.remove_prefix(taken);
            if (taken < part.size()) break;
        }
        unread.append(lines);
        return;
    }
    if (unread.size() + lines.size() <= unread_limit)
        unread.append(lines);
    else
        file.drop(lines.size(), "nobody reads it", notes);
    unread.erase(0, file.write(unread, notes));
}

void write_syslog(std::string_view lines) {
    while (!lines.empty()) {
        const auto end = lines.find('\n');
        send_line_to_syslog(std::string(lines.substr(0, end)));
        lines.remove_prefix(end + 1);
    }
}

}  // namespace

/// Where lines go. Used by one thread at a time.
struct main_log::outlets {
    std::optional<destination> file;  ///< none: syslog
    std::optional<destination> copy;  ///< on stdout
    own_troubles troubles;

    outlets() = default;
    outlets(const outlets&) = delete;
    outlets& operator=(const outlets&) = delete;
    ~outlets() {
        if (file) file->file.close(troubles);
    }

    /// True: a reader has not taken everything yet.
    bool write(std::string_view lines) {
        write_everywhere(lines);
        if (!file || !file->file.is_dropping()) {
            if (const std::string own = troubles.take(); !own.empty()) write_everywhere(own);
        }
        return (file && !file->unread.empty()) || (copy && !copy->unread.empty());
    }
    void write_everywhere(std::string_view lines) {
        if (file)
            file->write(lines, troubles);
        else
            write_syslog(lines);
        if (copy) copy->write(lines, troubles);
    }
};

main_log::main_log(main_log_options options)
    : options_(std::move(options)), outlets_(std::make_shared<outlets>()) {}

result<main_log> main_log::open(main_log_options options) {
    main_log made(std::move(options));
    const main_log_options& wanted = made.options_;
    if (wanted.path != "syslog") {
        RM_TRY(auto file, open_file(wanted.path, O_WRONLY | O_APPEND | O_CREAT));
        log_target target{std::move(file), wanted.path, wanted.maxbytes, wanted.backups};
        made.outlets_->file.emplace(destination{log_file(std::move(target))});
    }
    if (wanted.to_stdout) {
        unique_fd copy{::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)};
        log_target target{std::move(copy), "/dev/stdout", 0, 0};
        if (target.file) made.outlets_->copy.emplace(destination{log_file(std::move(target))});
    }
    return made;
}

void main_log::write_behind() {
    auto started = log_thread::start(
        [outlets = outlets_](std::string_view lines) { return outlets->write(lines); });
    if (started) thread_ = *std::move(started);
}

void main_log::write(core::log_level level, std::string_view text) {
    if (!enabled(level)) return;
    lines_.clear();
    // Each line of a text is a message of its own to syslog, but for empty ones at its end.
    const bool to_syslog = !outlets_->file;
    while (to_syslog && text.ends_with('\n')) text.remove_suffix(1);
    for (auto end = text.find('\n'); to_syslog && end != text.npos; end = text.find('\n')) {
        format_.append(lines_, level, text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    format_.append(lines_, level, text);
    put(lines_);
}

void main_log::put(std::string_view lines) {
    if (!thread_) {
        (void)outlets_->write(lines);
        return;
    }
    if (!thread_->put(lines)) {
        ++lost_;
        return;
    }
    if (lost_ == 0) return;
    std::string told;
    format_.append(told, core::log_level::warn,
                   fmt::format("{} records of this log were dropped while its disk hung",
                               std::exchange(lost_, 0)));
    (void)thread_->put(told);
}

void main_log::reopen() {
    run([outlets = outlets_] {
        if (outlets->file) outlets->file->file.reopen(outlets->troubles);
    });
}

error_code main_log::clear() {
    if (!outlets_->file) return posix_error(ENOENT);  // syslog
    // Into the file that goes, so that the new one begins empty; once for each destination.
    std::string told;
    const int destinations = outlets_->copy ? 2 : 1;
    for (int i = 0; i < destinations && enabled(core::log_level::info); ++i)
        format_.append(told, core::log_level::info, "reopening log file");
    auto outcome = std::make_shared<std::promise<error_code>>();
    auto cleared = outcome->get_future();
    run([outlets = outlets_, path = options_.path, told = std::move(told), outcome] {
        struct stat info {};
        if (::stat(path.c_str(), &info) != 0) return outcome->set_value(last_errno());
        (void)outlets->write(told);
        outcome->set_value(outlets->file->file.clear());
    });
    return settle() ? cleared.get() : posix_error(ETIMEDOUT);
}

void main_log::run(std::function<void()> work) {
    if (thread_)
        thread_->run(std::move(work));
    else
        work();
}

}  // namespace ringmaster::io

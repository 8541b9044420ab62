// Children and observer of the latency benchmark (bench/latency/run.py).
//
//   bench_line_probe PAGE CHILD   a child, to be started by a supervisor
//   bench_line_probe PAGE watch   the observer
//
// A quiet child writes a line with the time of its write now and then. The observer is told by
// inotify when a log of these grows; how old the lines are that it finds goes to the shared page,
// so its own way to the processor is part of every time. A loud child writes lines at a pace (those
// for which it comes too late are left out), or as fast as its pipe takes them. All children wait
// for SIGUSR1 first. Exit codes: 2 wrong arguments, no page, or no log; 1 anything else that
// failed.

#include <fcntl.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

/// The front of the page; bench/latency/run.py makes it. Then a process id for each child, and
/// `lines` nanoseconds for each quiet child.
struct page_header {
    std::atomic<std::uint64_t> ready;  ///< children that wait for the signal, and the observer
    std::atomic<std::uint64_t> seen;   ///< lines that the observer has found
    std::uint64_t children;
    std::uint64_t loud;      ///< how many of them, from 0 on
    std::uint64_t pace_ns;   ///< of one loud child, from line to line; 0: a flood
    std::uint64_t lines;     ///< of one quiet child
    std::uint64_t pause_ns;  ///< between them, on average
    char logs[208];          ///< directory of the logs
};
static_assert(sizeof(page_header) == 264);

constexpr std::size_t flood_piece = 16384;
constexpr std::size_t line_length = 100;
constexpr int time_digits = 20;

std::uint64_t now_ns() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u +
           static_cast<std::uint64_t>(now.tv_nsec);
}

void sleep_until(std::uint64_t when_ns) {
    timespec when{};
    when.tv_sec = static_cast<time_t>(when_ns / 1'000'000'000u);
    when.tv_nsec = static_cast<long>(when_ns % 1'000'000'000u);
    ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, nullptr);
}

page_header* map_page(const char* path) {
    const int fd = ::open(path, O_RDWR | O_CLOEXEC);
    struct stat info {};
    if (fd < 0 || ::fstat(fd, &info) != 0) std::exit(2);
    void* at = ::mmap(nullptr, static_cast<std::size_t>(info.st_size), PROT_READ | PROT_WRITE,
                      MAP_SHARED, fd, 0);
    ::close(fd);
    if (at == MAP_FAILED) std::exit(2);
    return static_cast<page_header*>(at);
}

void write_all(const std::string& text) {
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t n = ::write(STDOUT_FILENO, text.data() + done, text.size() - done);
        if (n <= 0) std::exit(1);
        done += static_cast<std::size_t>(n);
    }
}

[[noreturn]] void be_quiet(const page_header& page, std::uint64_t child) {
    std::mt19937_64 chance(child);  // whose first number says little about its seed
    std::uniform_int_distribution<std::uint64_t> pause(0, 2 * page.pause_ns);
    std::string line(line_length - 1, 'q');
    line += '\n';
    sleep_until(now_ns() + page.pause_ns);  // until all have woken up
    for (std::uint64_t i = 0; i < page.lines; ++i) {
        sleep_until(now_ns() + pause(chance));
        char digits[time_digits + 1];
        std::snprintf(digits, sizeof digits, "%0*llu", time_digits,
                      static_cast<unsigned long long>(now_ns()));
        write_all(line.replace(0, time_digits, digits));
    }
    for (;;) ::pause();
}

[[noreturn]] void be_loud(const page_header& page) {
    const std::string line(std::string(line_length - 1, 'l') + '\n');
    const std::string piece(flood_piece, 'l');
    for (auto next = now_ns();;) {
        write_all(page.pace_ns == 0 ? piece : line);
        if (page.pace_ns == 0) continue;
        while (next <= now_ns()) next += page.pace_ns;
        sleep_until(next);
    }
}

/// The log of one quiet child, as far as it was looked at.
struct watched_log {
    int file = -1;
    std::string half;  ///< of a line
};

/// Notes the age of each complete line that is new.
void note_lines(page_header& page, std::uint64_t* times, watched_log& log) {
    std::array<char, 64 * line_length> bytes;
    for (;;) {
        const ssize_t n = ::read(log.file, bytes.data(), bytes.size());
        if (n < 0) std::exit(1);
        if (n == 0) return;
        const auto now = now_ns();
        log.half.append(bytes.data(), static_cast<std::size_t>(n));
        while (log.half.size() >= line_length) {
            times[page.seen] =
                now - std::strtoull(log.half.substr(0, time_digits).c_str(), nullptr, 10);
            ++page.seen;
            log.half.erase(0, line_length);
        }
    }
}

[[noreturn]] void watch(page_header& page) {
    auto* const times = reinterpret_cast<std::uint64_t*>(&page + 1) + page.children;
    const int events = ::inotify_init1(IN_CLOEXEC);
    std::vector<watched_log> logs;  // by inotify's descriptor, which counts from 1
    logs.emplace_back();
    for (auto child = page.loud; child < page.children; ++child) {
        const auto path = std::string(page.logs) + "/" + std::to_string(child) + ".out";
        const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        const auto number = static_cast<int>(logs.size());
        if (file < 0 || ::inotify_add_watch(events, path.c_str(), IN_MODIFY) != number)
            std::exit(2);
        logs.push_back({file, {}});
    }
    ++page.ready;
    alignas(inotify_event) std::array<char, 64 * sizeof(inotify_event)> told;
    for (;;) {
        const ssize_t n = ::read(events, told.data(), told.size());
        if (n <= 0) std::exit(1);
        for (ssize_t at = 0; at < n; at += static_cast<ssize_t>(sizeof(inotify_event))) {
            inotify_event event;
            std::memcpy(&event, told.data() + at, sizeof event);
            if (event.wd < 0) std::exit(1);  // the queue overflowed
            note_lines(page, times, logs[static_cast<std::size_t>(event.wd)]);
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    sigset_t go;
    ::sigemptyset(&go);
    ::sigaddset(&go, SIGUSR1);
    ::sigprocmask(SIG_SETMASK, &go, nullptr);
    ::prctl(PR_SET_TIMERSLACK, 1000UL);
    page_header& page = *map_page(argv[1]);
    if (std::string_view(argv[2]) == "watch") watch(page);
    const auto child = std::strtoull(argv[2], nullptr, 10);
    reinterpret_cast<std::uint64_t*>(&page + 1)[child] = static_cast<std::uint64_t>(::getpid());
    ++page.ready;
    int signal = 0;
    ::sigwait(&go, &signal);
    if (child < page.loud) be_loud(page);
    be_quiet(page, child);
}

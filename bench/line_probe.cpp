// The child of the latency benchmark (bench/latency/run.py): bench_line_probe PAGE CHILD
//
// A quiet child writes a line now and then, and looks at its own log file until the line is there;
// how long that took goes to the shared page. A loud one writes lines at a pace, or as fast as its
// pipe takes them. All wait for SIGUSR1 first. Exit code 2: wrong arguments, or no page.

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>

namespace {

/// The front of the page; bench/latency/run.py makes it. Then a process id for each child, and
/// `lines` nanoseconds for each quiet child.
struct page_header {
    std::atomic<std::uint64_t> ready;     ///< children that wait for the signal
    std::atomic<std::uint64_t> finished;  ///< quiet children that have seen all their lines
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
constexpr long look_again_ns = 10'000;

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

off_t size_of(int file) {
    struct stat info {};
    ::fstat(file, &info);
    return info.st_size;
}

/// Nanoseconds from before the write until the line is in the file.
std::uint64_t time_line(int log, const std::string& line) {
    const off_t wanted = size_of(log) + static_cast<off_t>(line.size());
    const auto began = now_ns();
    write_all(line);
    while (size_of(log) < wanted) {
        const timespec moment{0, look_again_ns};
        ::nanosleep(&moment, nullptr);
    }
    return now_ns() - began;
}

void be_quiet(page_header& page, std::uint64_t child) {
    const std::string path = std::string(page.logs) + "/" + std::to_string(child) + ".out";
    const int log = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (log < 0) std::exit(2);
    auto* pids = reinterpret_cast<std::uint64_t*>(&page + 1);
    auto* times = pids + page.children + (child - page.loud) * page.lines;
    const std::string line(std::string(line_length - 1, 'q') + '\n');
    std::minstd_rand chance(static_cast<unsigned>(child));
    std::uniform_int_distribution<std::uint64_t> pause(0, 2 * page.pause_ns);
    for (std::uint64_t i = 0; i < page.lines; ++i) {
        sleep_until(now_ns() + pause(chance));
        times[i] = time_line(log, line);
    }
    ++page.finished;
    for (;;) ::pause();
}

[[noreturn]] void be_loud(const page_header& page) {
    const std::string line(std::string(line_length - 1, 'l') + '\n');
    const std::string piece(flood_piece, 'l');
    for (auto next = now_ns();;) {
        write_all(page.pace_ns == 0 ? piece : line);
        if (page.pace_ns != 0) sleep_until(next += page.pace_ns);
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
    const auto child = std::strtoull(argv[2], nullptr, 10);
    reinterpret_cast<std::uint64_t*>(&page + 1)[child] = static_cast<std::uint64_t>(::getpid());
    ++page.ready;
    int signal = 0;
    ::sigwait(&go, &signal);
    if (child < page.loud) be_loud(page);
    be_quiet(page, child);
}

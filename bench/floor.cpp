// The floor of the fleet benchmark: the bare work of a supervisor, and nothing else.
//
//   bench_floor --children N --streams 0|1|2 --program SLEEPER --stamps FILE --logs DIR
//               [--move splice|copy] [--rotate-at BYTES --backups B] [--stop together|one-by-one]
//
// Starts N children, each with a pipe and a log file per stream, moves what they write from pipe to
// log (by splice, or by read and write), starts a child anew when it dies, and on SIGTERM ends all
// of them and itself; one-by-one: each when the one before is gone, as where their order counts. A
// log that has reached BYTES is renamed to LOG.1, LOG.1 to LOG.2 and so on.
// It uses the fastest calls known for each step and keeps no configuration, no states and no
// listeners: what a supervisor takes more than this is the price of what it offers. Linux >= 5.11.
//
// Exit codes: 0 stopped by SIGTERM, 1 a system call failed (said on stderr), 2 wrong arguments.

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

/// As many as Ringmaster has; more gain nothing on two cores.
const unsigned max_threads = std::clamp(2 * std::thread::hardware_concurrency(), 4U, 8U);
constexpr int first_slot = 16;  ///< lowest descriptor number reserved for children's pipe ends
constexpr unsigned end_of_slots = 64;
constexpr int splice_bytes = 1 << 16;
constexpr int copy_bytes = 1 << 17;

struct options {
    unsigned children = 0;
    unsigned streams = 2;
    std::string program;
    std::string stamps;
    std::string logs;
    bool copy = false;  ///< move output by read(2) and write(2) instead of splice(2)
    bool one_by_one = false;
    off_t rotate_at = 0;  ///< 0: never
    unsigned backups = 1;
};

struct log_file {
    int fd = -1;
    off_t size = 0;
};

struct child {
    pid_t pid = 0;
    int pidfd = -1;
    std::array<log_file, 2> log;
};

/// What an epoll event is about. The descriptor rides along, because a restarted child's old pipe
/// may still hold bytes when its new one exists.
enum class subject : std::uint8_t { exit, output, error_output, stop };

std::uint64_t pack(subject what, unsigned index, int fd) {
    return static_cast<std::uint64_t>(what) << 62 | static_cast<std::uint64_t>(index) << 32 |
           static_cast<std::uint32_t>(fd);
}

int must(int result, const char* what) {
    if (result >= 0) return result;
    std::perror(what);
    std::exit(1);
}

struct child_plan {
    const char* program;
    char* const* argv;
    int slot;
    unsigned streams;
};

/// Runs in the child, on the parent's memory: may only make system calls.
int run_child(void* argument) {
    const auto& plan = *static_cast<const child_plan*>(argument);
    // Copies the few numbers below `end_of_slots` instead of the whole descriptor table.
    ::syscall(SYS_close_range, end_of_slots, ~0u, CLOSE_RANGE_UNSHARE);
    ::setpgid(0, 0);
    for (unsigned s = 0; s < 2; ++s) {
        const int from = s < plan.streams ? plan.slot + static_cast<int>(s) : plan.slot;
        ::dup2(from, STDOUT_FILENO + static_cast<int>(s));
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::execv(plan.program, plan.argv);
    ::_exit(127);
}

class floor_supervisor {
public:
    explicit floor_supervisor(const options& given) : given_(given), children_(given.children) {
        reserve_descriptors();
        epoll_ = must(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
        sigset_t stop;
        ::sigemptyset(&stop);
        ::sigaddset(&stop, SIGTERM);
        ::sigaddset(&stop, SIGINT);
        ::sigprocmask(SIG_BLOCK, &stop, nullptr);
        watch(must(::signalfd(-1, &stop, SFD_CLOEXEC), "signalfd"), subject::stop, 0);
    }

    void start_all() {
        std::vector<std::thread> spawners;
        for (unsigned t = 0; t < max_threads; ++t) {
            spawners.emplace_back([this, t] {
                for (unsigned i; (i = next_++) < given_.children;) start(i, t);
            });
        }
        for (auto& spawner : spawners) spawner.join();
    }

    /// Moves output and restarts the dead until SIGTERM comes.
    void run() {
        std::array<epoll_event, 256> ready;
        for (;;) {
            const int n = ::epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), -1);
            if (n < 0 && errno != EINTR) must(n, "epoll_wait");
            for (int i = 0; i < n; ++i) {
                if (!handle(ready[static_cast<std::size_t>(i)])) return;
            }
        }
    }

    void stop_all() {
        if (given_.one_by_one) return stop_one_by_one();
        std::vector<std::thread> stoppers;
        for (unsigned t = 0; t < max_threads; ++t) {
            stoppers.emplace_back([this, t] {
                for (auto i = t; i < given_.children; i += max_threads) {
                    ::syscall(SYS_pidfd_send_signal, children_[i].pidfd, SIGTERM, nullptr, 0);
                }
                for (auto i = t; i < given_.children; i += max_threads) reap(children_[i]);
            });
        }
        for (auto& stopper : stoppers) stopper.join();
    }

private:
    void stop_one_by_one() {
        for (child& each : children_) {
            ::syscall(SYS_pidfd_send_signal, each.pidfd, SIGTERM, nullptr, 0);
            reap(each);
        }
    }

    void reserve_descriptors() {
        null_ = must(::open("/dev/null", O_RDWR | O_CLOEXEC), "/dev/null");
        for (int fd = null_ + 1; fd < static_cast<int>(end_of_slots); ++fd) {
            must(::dup3(null_, fd, O_CLOEXEC), "dup3");
        }
        // Grown once, now: growing a table that threads share makes each growth wait for RCU.
        const auto high = end_of_slots + given_.children * (1 + 2 * given_.streams);
        ::close(must(::fcntl(null_, F_DUPFD_CLOEXEC, static_cast<int>(high)),
                     "growing the descriptor table"));
    }

    void watch(int fd, subject what, unsigned index) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = pack(what, index, fd);
        must(::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
    }

    void start(unsigned index, unsigned thread) {
        child& mine = children_[index];
        const int slot = first_slot + 2 * static_cast<int>(thread);
        for (unsigned s = 0; s < given_.streams; ++s) {
            if (mine.log[s].fd < 0) open_log(index, s);
            std::array<int, 2> ends;
            must(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
            must(::dup3(ends[1], slot + static_cast<int>(s), O_CLOEXEC), "dup3");
            ::close(ends[1]);
            watch(ends[0], s == 0 ? subject::output : subject::error_output, index);
        }
        launch(index, slot);
        for (unsigned s = 0; s < given_.streams; ++s) {
            ::dup3(null_, slot + static_cast<int>(s), O_CLOEXEC);
        }
        watch(mine.pidfd, subject::exit, index);
    }

    void launch(unsigned index, int slot) {
        alignas(16) static thread_local std::array<char, 16384> stack;
        std::string number = std::to_string(index);
        std::array<char*, 4> argv{const_cast<char*>(given_.program.c_str()),
                                  const_cast<char*>(given_.stamps.c_str()), number.data(), nullptr};
        child_plan plan{given_.program.c_str(), argv.data(), slot, given_.streams};
        child& mine = children_[index];
        constexpr int how = CLONE_VM | CLONE_VFORK | CLONE_FILES | CLONE_PIDFD | SIGCHLD;
        mine.pid =
            must(::clone(run_child, stack.data() + stack.size(), how, &plan, &mine.pidfd), "clone");
    }

    std::string path_of_log(unsigned index, unsigned stream) const {
        return given_.logs + "/" + std::to_string(index) + (stream == 0 ? ".out" : ".err");
    }

    /// Not O_APPEND: splice(2) refuses such files. Not O_TRUNC: ext4 writes a file to the disk when
    /// it is closed after that, and no supervisor pays for it.
    void open_log(unsigned index, unsigned stream) {
        log_file& log = children_[index].log[stream];
        const int how = O_WRONLY | O_CREAT | O_CLOEXEC;
        log.fd = must(::open(path_of_log(index, stream).c_str(), how, 0644), "log");
        log.size = ::lseek(log.fd, 0, SEEK_END);
    }

    void rotate(unsigned index, unsigned stream) {
        const auto path = path_of_log(index, stream);
        const auto backup = [&](unsigned n) {
            return n == 0 ? path : path + "." + std::to_string(n);
        };
        // First: ext4 writes a file to the disk that is renamed to the name of another.
        ::unlink(backup(given_.backups).c_str());
        for (unsigned n = given_.backups; n > 0; --n)
            ::rename(backup(n - 1).c_str(), backup(n).c_str());
        ::close(children_[index].log[stream].fd);
        open_log(index, stream);
    }

    bool handle(const epoll_event& event) {
        const auto what = static_cast<subject>(event.data.u64 >> 62);
        const auto index = static_cast<unsigned>(event.data.u64 >> 32 & 0x3fffffff);
        const auto fd = static_cast<int>(event.data.u64 & 0xffffffff);
        switch (what) {
            case subject::stop: return false;
            case subject::exit:
                reap(children_[index]);
                start(index, 0);
                break;
            case subject::output:
            case subject::error_output: move(fd, index, what == subject::output ? 0 : 1); break;
        }
        return true;
    }

    static void reap(child& dead) {
        siginfo_t info;
        ::waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(dead.pidfd), &info, WEXITED);
        ::close(dead.pidfd);
        dead.pidfd = -1;
    }

    void move(int pipe, unsigned index, unsigned stream) {
        log_file& log = children_[index].log[stream];
        log.size += given_.copy ? copy(pipe, log.fd) : splice(pipe, log.fd);
        if (given_.rotate_at > 0 && log.size >= given_.rotate_at) rotate(index, stream);
    }

    static ssize_t splice(int pipe, int log) {
        return moved(
            pipe, "splice",
            ::splice(pipe, nullptr, log, nullptr, splice_bytes, SPLICE_F_MOVE | SPLICE_F_NONBLOCK));
    }

    ssize_t copy(int pipe, int log) {
        const auto n = moved(pipe, "read", ::read(pipe, buffer_.data(), buffer_.size()));
        if (n > 0)
            must(static_cast<int>(::write(log, buffer_.data(), static_cast<std::size_t>(n))),
                 "write");
        return n;
    }

    /// Closes a pipe that is at its end.
    static ssize_t moved(int pipe, const char* how, ssize_t bytes) {
        if (bytes == 0) ::close(pipe);
        if (bytes < 0 && errno != EAGAIN && errno != EINTR) must(-1, how);
        return std::max<ssize_t>(bytes, 0);
    }

    options given_;
    std::vector<char> buffer_ = std::vector<char>(copy_bytes);
    std::vector<child> children_;
    std::atomic<unsigned> next_{0};
    int null_ = -1;
    int epoll_ = -1;
};

bool parse(int argc, char** argv, options& into) {
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i];
        const std::string value = argv[i + 1];
        if (name == "--children")
            into.children = static_cast<unsigned>(std::stoul(value));
        else if (name == "--streams")
            into.streams = static_cast<unsigned>(std::stoul(value));
        else if (name == "--program")
            into.program = value;
        else if (name == "--stamps")
            into.stamps = value;
        else if (name == "--logs")
            into.logs = value;
        else if (name == "--move" && (value == "splice" || value == "copy"))
            into.copy = value == "copy";
        else if (name == "--stop" && (value == "together" || value == "one-by-one"))
            into.one_by_one = value == "one-by-one";
        else if (name == "--rotate-at")
            into.rotate_at = std::stol(value);
        else if (name == "--backups")
            into.backups = static_cast<unsigned>(std::stoul(value));
        else
            return false;
    }
    return argc % 2 == 1 && into.children > 0 && into.streams <= 2 && !into.program.empty();
}

}  // namespace

int main(int argc, char** argv) {
    options given;
    if (!parse(argc, argv, given)) {
        std::fputs(
            "usage: bench_floor --children N --streams 0|1|2 --program SLEEPER "
            "--stamps FILE --logs DIR [--move splice|copy] "
            "[--rotate-at BYTES --backups B] [--stop together|one-by-one]\n",
            stderr);
        return 2;
    }
    floor_supervisor floor(given);
    floor.start_all();
    floor.run();
    floor.stop_all();
    return 0;
}

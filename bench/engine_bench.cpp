// What draining costs: both engines beside a floor, a bare loop of epoll_wait, read and write.
//
// Workloads: `flood`, writers of 16 KiB pieces as fast as the pipes take them; `lines`, 50,000
// lines of 100 bytes a second, evenly from all writers; `burst`, as lines, in groups of 50. The
// writers are one child process for each flood, and one child for all lines, so that the CPU time
// of this process is the drain's alone. Variants run in turn; the table shows medians.
//
// usage: engine_bench [directory for the logs [repetitions [workload [writers]]]]
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <thread>
#include <vector>

#include "drain_writers.hpp"
#include "io/drain.hpp"
#include "io/posix.hpp"

namespace {

using namespace ringmaster;
using namespace ringmaster::io;
using namespace ringmaster::bench;
using seconds = std::chrono::duration<double>;

/// Whole pieces for each of 1,000 writers.
constexpr std::size_t flood_bytes =
    std::size_t{768'000'000} / flood_piece / 1000 * 1000 * flood_piece;
constexpr std::size_t lines_bytes = line_length * lines_per_second * 3;

double cpu_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto of = [](timeval t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
    };
    return of(used.ru_utime) + of(used.ru_stime);
}

/// The least that moving bytes from pipes to files can cost without splice.
void run_floor(std::vector<pipe_ends>& pipes, std::vector<unique_fd>& logs) {
    const unique_fd epoll{::epoll_create1(EPOLL_CLOEXEC)};
    for (std::size_t i = 0; i < pipes.size(); ++i) {
        (void)set_nonblocking(pipes[i].read.get());
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = i;
        ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, pipes[i].read.get(), &event);
    }
    std::vector<char> buffer(131072);
    std::array<epoll_event, 64> events;
    for (std::size_t open = pipes.size(); open > 0;) {
        const int ready = ::epoll_wait(epoll.get(), events.data(), 64, -1);
        for (int e = 0; e < ready; ++e) {
            const auto i = events[static_cast<std::size_t>(e)].data.u64;
            const ssize_t got = ::read(pipes[i].read.get(), buffer.data(), buffer.size());
            if (got > 0) {
                (void)write_all(logs[i].get(), {buffer.data(), static_cast<std::size_t>(got)});
            } else {
                pipes[i].read.reset();
                --open;
            }
        }
    }
}

class waiting_listener final : public drain_listener {
public:
    void on_tapped(stream_id, const tapped_piece&) override {}
    void on_room(stream_id) override {}
    void on_stream_finished(stream_id) override { ++finished; }
    void on_drain_message(core::log_level, const std::string& text) override {
        fmt::print(stderr, "{}\n", text);
    }
    std::size_t finished = 0;
};

struct outcome {
    double wall;
    double cpu;
};

outcome measure(const work& job, const std::string& variant, const std::string& directory) {
    std::vector<pipe_ends> pipes;
    std::vector<unique_fd> logs;
    std::vector<std::string> paths;
    for (int i = 0; i < job.writers; ++i) {
        pipes.push_back(std::move(*make_pipe()));
        paths.push_back(fmt::format("{}/engine_bench.{}.{}", directory, ::getpid(), i));
        logs.push_back(std::move(*open_file(paths.back(), O_WRONLY | O_CREAT | O_APPEND)));
    }
    const auto children = start_writers(pipes, job);
    const double cpu = cpu_seconds();
    const auto began = clock_type::now();
    if (variant == "floor") {
        run_floor(pipes, logs);
    } else {
        waiting_listener listener;
        const auto choice = variant == "uring" ? engine_choice::uring : engine_choice::epoll;
        auto plane = std::move(*drain::open(
            {choice, 1}, [](auto work_item) { work_item(); }, listener));
        for (std::size_t i = 0; i < pipes.size(); ++i)
            plane->add({std::move(pipes[i].read), {std::move(logs[i]), paths[i], 0, 0}, false});
        for (const pid_t child : children) ::waitpid(child, nullptr, 0);
        plane->stop();
    }
    const outcome result{seconds(clock_type::now() - began).count(), cpu_seconds() - cpu};
    for (const pid_t child : children) ::waitpid(child, nullptr, 0);
    std::uintmax_t written = 0;
    for (const auto& path : paths) {
        if (auto file = open_file(path, O_RDONLY))
            written += static_cast<std::uintmax_t>(::lseek(file->get(), 0, SEEK_END));
        ::unlink(path.c_str());
    }
    if (written != job.bytes) fmt::print("{} {}: {} bytes\n", job.name, variant, written);
    return result;
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

void report(const work& job, const std::string& directory, int repetitions) {
    const std::array<std::string, 3> variants{"floor", "epoll", "uring"};
    std::array<std::vector<double>, 3> walls;
    std::array<std::vector<double>, 3> cpus;
    for (int i = 0; i < repetitions; ++i)
        for (std::size_t v = 0; v < variants.size(); ++v) {
            const outcome result = measure(job, variants[v], directory);
            walls[v].push_back(result.wall);
            cpus[v].push_back(result.cpu);
        }
    for (std::size_t v = 0; v < variants.size(); ++v) {
        const double wall = median(walls[v]);
        const double cpu = median(cpus[v]);
        const double bytes = static_cast<double>(job.bytes);
        const std::string figure =
            job.group == 0 ? fmt::format("{:7.0f} MB/s {:6.2f} CPU s/GB", bytes / wall / 1e6,
                                         cpu / bytes * 1e9)
                           : fmt::format("{:7.2f} us CPU a line", cpu / bytes * line_length * 1e6);
        fmt::print("{:<7} {:>5} writers  {:<6} {}\n", job.name, job.writers, variants[v], figure);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::string directory = argc > 1 ? argv[1] : ".";
    const int repetitions = argc > 2 ? std::atoi(argv[2]) : 5;
    utsname system{};
    ::uname(&system);
    fmt::print("kernel {}, {} processors, {} repetitions\n", system.release,
               std::thread::hardware_concurrency(), repetitions);
    const std::string only = argc > 3 ? argv[3] : "";
    const int only_writers = argc > 4 ? std::atoi(argv[4]) : 0;
    const auto run = [&](const work& job) {
        const bool wanted = (only.empty() || only == job.name) &&
                            (only_writers == 0 || only_writers == job.writers);
        if (wanted) report(job, directory, repetitions);
    };
    for (const int writers : {1, 10, 100, 1000}) run({"flood", writers, flood_bytes, 0});
    for (const int writers : {10, 100, 1000}) run({"lines", writers, lines_bytes, 10});
    for (const int writers : {10, 100, 1000}) run({"burst", writers, lines_bytes, 50});
}

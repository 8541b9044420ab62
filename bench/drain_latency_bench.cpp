// How long the drain takes from a child's write to the byte in the file, and to answer finish().
//
// A probe stream gets one line at a time beside a load: none, 50,000 lines a second from 100
// writers, or floods from 10 writers. `write` ends when the log file has grown; `finish` ends when
// on_stream_finished() is called, for a stream whose pipe holds one line and stays open.
//
// usage: drain_latency_bench [directory for the logs [probes]]
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>

#include "drain_writers.hpp"
#include "io/drain.hpp"

namespace {

using namespace ringmaster;
using namespace ringmaster::io;
using namespace ringmaster::bench;
using std::chrono::microseconds;

class counting_listener final : public drain_listener {
public:
    void on_tapped(stream_id, const tapped_piece&) override {}
    void on_room(stream_id) override {}
    void on_stream_finished(stream_id) override { ++finished; }
    void on_drain_message(core::log_level, const std::string& text) override {
        fmt::print(stderr, "{}\n", text);
    }
    std::atomic<int> finished = 0;
};

void print(const std::string& engine, const std::string& load, const std::string& what,
           std::vector<double> samples) {
    std::ranges::sort(samples);
    const auto at = [&](double share) {
        return samples[static_cast<std::size_t>(share * static_cast<double>(samples.size() - 1))];
    };
    fmt::print("{:<6} load {:<6} {:<7} p50 {:6.0f}  p99 {:6.0f}  max {:6.0f} us\n", engine, load,
               what, at(0.5), at(0.99), at(1.0));
}

double since(clock_type::time_point start) {
    return std::chrono::duration<double, std::micro>(clock_type::now() - start).count();
}

class stage {
public:
    stage(engine_choice choice, std::string directory)
        : directory_(std::move(directory)),
          plane_(std::move(*drain::open(
              {choice, 1}, [](auto answer) { answer(); }, listener_))) {}

    unique_fd add(std::string name, stream_id& id) {
        auto pipe = std::move(*make_pipe());
        name = fmt::format("{}/{}.{}", directory_, name, ::getpid());
        auto log = std::move(*open_file(name, O_WRONLY | O_CREAT | O_APPEND));
        watched_ = unique_fd{::dup(log.get())};
        ::unlink(name.c_str());
        id = plane_->add({std::move(pipe.read), {std::move(log), name, 0, 0}, false});
        return std::move(pipe.write);
    }

    void begin_load(const work& job) {
        std::vector<pipe_ends> pipes;
        for (int i = 0; i < job.writers; ++i) pipes.push_back(std::move(*make_pipe()));
        children_ = start_writers(pipes, job);
        for (auto& pipe : pipes)
            plane_->add({std::move(pipe.read),
                         {std::move(*open_file("/dev/null", O_WRONLY)), "/dev/null", 0, 0},
                         false});
    }

    void end_load() {
        for (const pid_t child : children_) ::kill(child, SIGKILL);
        for (const pid_t child : children_) ::waitpid(child, nullptr, 0);
    }

    double probe_write(int fd) {
        const off_t before = size();
        const auto start = clock_type::now();
        (void)write_all(fd, "a line of a quiet child\n");
        while (size() == before) std::this_thread::yield();
        return since(start);
    }

    double probe_finish() {
        stream_id id = 0;
        const unique_fd pipe = add("finish", id);
        (void)probe_write(pipe.get());
        (void)write_all(pipe.get(), "the last line\n");
        const int before = listener_.finished;
        const auto start = clock_type::now();
        plane_->finish({id});
        while (listener_.finished == before) std::this_thread::yield();
        return since(start);
    }

private:
    off_t size() const {
        struct stat info {};
        ::fstat(watched_.get(), &info);
        return info.st_size;
    }

    std::string directory_;
    counting_listener listener_;
    std::unique_ptr<drain> plane_;
    unique_fd watched_;
    std::vector<pid_t> children_;
};

void run(engine_choice choice, const std::string& directory, const work& load, int probes) {
    const std::string engine = choice == engine_choice::uring ? "uring" : "epoll";
    stage scene(choice, directory);
    if (load.writers > 0) scene.begin_load(load);
    std::vector<double> writes;
    std::vector<double> finishes;
    stream_id id = 0;
    {
        const unique_fd pipe = scene.add("write", id);
        for (int i = 0; i < probes; ++i) {
            writes.push_back(scene.probe_write(pipe.get()));
            std::this_thread::sleep_for(microseconds(5000 + i % 7 * 300));
        }
    }
    for (int i = 0; i < probes; ++i) {
        finishes.push_back(scene.probe_finish());
        std::this_thread::sleep_for(microseconds(2000));
    }
    scene.end_load();
    print(engine, load.name, "write", writes);
    print(engine, load.name, "finish", finishes);
}

}  // namespace

int main(int argc, char** argv) {
    const std::string directory = argc > 1 ? argv[1] : ".";
    const int probes = argc > 2 ? std::atoi(argv[2]) : 300;
    constexpr std::size_t endless = ~std::size_t{0} / 2;
    for (const work& load :
         {work{"none", 0, 0, 0}, work{"lines", 100, endless, 10}, work{"flood", 10, endless, 0}})
        for (const auto choice : {engine_choice::epoll, engine_choice::uring})
            run(choice, directory, load, probes);
}

// The writers of the drain benchmarks: children that flood their pipes or write lines at a pace.
#pragma once

#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "io/posix.hpp"

namespace ringmaster::bench {

using clock_type = std::chrono::steady_clock;

constexpr std::size_t flood_piece = 16384;
constexpr int lines_per_second = 50'000;
constexpr std::size_t line_length = 100;

struct work {
    std::string name;
    int writers;
    std::size_t bytes;  // of all writers
    int group;          // lines: so many at a time; 0: a flood
};

/// In a child: writes everything and ends.
inline void write_flood(int fd, std::size_t bytes) {
    const std::string piece(flood_piece, 'x');
    for (; bytes >= piece.size(); bytes -= piece.size())
        if (io::write_all(fd, piece)) return;
}

inline void write_lines(const std::vector<io::pipe_ends>& pipes, std::size_t bytes, int group) {
    const std::string line = std::string(line_length - 1, 'x') + '\n';
    auto next = clock_type::now();
    const std::size_t total = bytes / line_length;
    for (std::size_t sent = 0; sent < total;) {
        for (int i = 0; i < group; ++i, ++sent)
            if (io::write_all(pipes[sent % pipes.size()].write.get(), line)) return;
        next += std::chrono::nanoseconds(std::chrono::seconds(1)) / lines_per_second * group;
        std::this_thread::sleep_until(next);
    }
}

/// Starts the children that write; the parent keeps the read ends.
inline std::vector<pid_t> start_writers(std::vector<io::pipe_ends>& pipes, const work& job) {
    std::vector<pid_t> children;
    const std::size_t processes = job.group == 0 ? pipes.size() : 1;
    for (std::size_t i = 0; i < processes; ++i) {
        const pid_t child = ::fork();
        if (child == 0) {
            if (job.group == 0) {
                const int fd = pipes[i].write.release();
                for (auto& pipe : pipes) pipe = {};
                write_flood(fd, job.bytes / pipes.size());
            } else {
                write_lines(pipes, job.bytes, job.group);
            }
            ::_exit(0);
        }
        children.push_back(child);
    }
    for (auto& pipe : pipes) pipe.write.reset();
    return children;
}

}  // namespace ringmaster::bench

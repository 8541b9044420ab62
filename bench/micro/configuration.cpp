// What reading a configuration of that many programs costs, from the file to the groups.
// ./dev bench config sets it beside Supervisor.

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "core/config_loader.hpp"
#include "io/posix_host.hpp"

namespace ringmaster::core {
namespace {

std::string write_config(std::int64_t programs) {
    const std::string path = fmt::format("/tmp/micro_bench.{}.conf", ::getpid());
    std::ofstream file(path);
    file << "[supervisord]\n";
    for (std::int64_t i = 0; i < programs; ++i) {
        file << fmt::format(
            "[program:service-{}]\ncommand=/usr/bin/service --name %(program_name)s\n"
            "environment=NAME=\"%(program_name)s\"\nstdout_logfile_maxbytes=10MB\n",
            i);
    }
    return path;
}

void load(benchmark::State& state) {
    const std::string path = write_config(state.range(0));
    const io::posix_host machine;
    daemon_options options;
    options.config_file = path;
    options.start_directory = std::string{"/"};
    for (auto _ : state) {
        auto loaded = load_config(options, machine);
        if (!loaded || loaded->groups.size() != static_cast<std::size_t>(state.range(0))) {
            state.SkipWithError("the configuration was not loaded");
            break;
        }
    }
    std::remove(path.c_str());
}
BENCHMARK(load)->Arg(100)->Arg(1'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace ringmaster::core

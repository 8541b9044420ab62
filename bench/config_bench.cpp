// What reading a configuration costs: config_bench FILE [REPETITIONS]
//
// Steps (medians, in milliseconds of processor time, which other load disturbs least): load,
// everything from the files to groups; diff, comparing two loads as a reread does.
// bench/config/run.py makes the files and sets Supervisor beside it.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/config_diff.hpp"
#include "core/config_loader.hpp"
#include "io/posix_host.hpp"

namespace {

using namespace ringmaster;
using groups = std::vector<std::shared_ptr<const core::group_config>>;

groups load(const core::daemon_options& options) {
    const io::posix_host machine;
    auto loaded = core::load_config(options, machine);
    if (!loaded) {
        std::fprintf(stderr, "%s\n", loaded.error().text.c_str());
        std::exit(1);
    }
    groups out;
    for (auto& group : loaded->groups)
        out.push_back(std::make_shared<const core::group_config>(std::move(group)));
    return out;
}

double median_milliseconds(int repetitions, const std::function<void()>& work) {
    std::vector<double> times;
    for (int i = 0; i < repetitions; ++i) {
        const auto start = std::clock();
        work();
        times.push_back(1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    }
    std::ranges::sort(times);
    return times[times.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: config_bench FILE [REPETITIONS]\n");
        return 2;
    }
    const int repetitions = argc > 2 ? std::max(1, std::atoi(argv[2])) : 5;
    core::daemon_options options;
    options.config_file = argv[1];
    options.start_directory = "/";

    const auto active = load(options);
    const auto pending = load(options);
    core::config_difference difference;
    const double load_time = median_milliseconds(repetitions, [&] { (void)load(options); });
    const double diff_time = median_milliseconds(
        repetitions, [&] { difference = core::compare_groups(active, pending); });
    // Both loads read the same files.
    if (active.empty() || !difference.added.empty() || !difference.changed.empty()) return 1;
    std::printf("groups %zu\nload %.2f\ndiff %.2f\n", active.size(), load_time, diff_time);
    return 0;
}

// What the decisions about one process cost: a life, from start to restart, and a whole fleet's.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <chrono>

#include "core/process_fsm.hpp"
#include "core/supervisor.hpp"

namespace ringmaster::core {
namespace {

/// A shorter one is not followed by the next at once.
constexpr std::chrono::seconds lifetime{1};

/// One process is launched, runs, is killed, and is about to be launched again.
void process_life(benchmark::State& state) {
    process_config config;
    config.name = "worker";
    config.startsecs = 0;
    config.autorestart = autorestart_mode::always;
    process_fsm process(1, config);
    effect_queue effects;
    process_fsm::context cx{{}, true, effects};
    process.start(cx);
    for (auto _ : state) {
        process.launched(cx, 4711);
        cx.now.mono += lifetime;
        process.exited(cx, {.code = 0, .signal = 9});
        process.wake(cx);
        effects.clear();
        if (!process.launching()) return state.SkipWithError("the process was not restarted");
    }
}
BENCHMARK(process_life);

/// The same life inside of a fleet of that many.
void fleet_life(benchmark::State& state) {
    supervisor fleet;
    instant now{{}, 1'760'000'000};
    const auto size = static_cast<int>(state.range(0));
    group_config group;
    group.name = "group";
    for (int i = 0; i < size; ++i) {
        auto& config = group.processes.emplace_back();
        config.name = fmt::format("worker-{}", i);
        config.startsecs = 0;
        config.autorestart = autorestart_mode::always;
    }
    fleet.add_group(std::move(group), now);
    fleet.begin(now);
    const auto ids = fleet.in_name_order();
    for (const process_id id : ids) fleet.launched(id, static_cast<int>(100'000 + id), now);
    fleet.effects().clear();
    std::size_t next = 0;
    for (auto _ : state) {
        const process_id id = ids[next++ % ids.size()];
        now.mono += lifetime;
        fleet.exited(id, {.code = 0, .signal = 9}, now);
        fleet.wake(now);
        if (!fleet.find(id)->launching())
            return state.SkipWithError("the process was not restarted");
        fleet.launched(id, static_cast<int>(100'000 + id), now);
        fleet.effects().clear();
    }
}
BENCHMARK(fleet_life)->Arg(10)->Arg(10'000);

}  // namespace
}  // namespace ringmaster::core

// Runs core::supervisor in a simulated world, step by step, with its invariants checked after each.
//
// Fixed seeds run always, and a fresh one each time; RINGMASTER_SIM_SEED replaces that one. The
// seed of every failure is printed: the same seed gives the same run.

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>

#include "sim/world.hpp"

namespace ringmaster::sim {
namespace {

constexpr int longest_shutdown = 5'000'000;

std::uint64_t fresh_seed() {
    const char* const wanted = std::getenv("RINGMASTER_SIM_SEED");
    return wanted != nullptr ? std::stoull(wanted) : std::random_device()();
}

void run(const world_options& options, int steps) {
    SCOPED_TRACE("RINGMASTER_SIM_SEED=" + std::to_string(options.seed));
    world simulated(options);
    for (int i = 0; i < steps && simulated.violations().empty(); ++i) simulated.step();
    simulated.check_all();
    EXPECT_EQ(simulated.violations(), std::vector<std::string>{});
    const auto& seen = simulated.seen();
    EXPECT_GT(seen.launches, 500U);
    EXPECT_GT(seen.failures, 0U);
    EXPECT_GT(seen.hung, 0U);
    EXPECT_GT(seen.exits, 0U);

    EXPECT_TRUE(simulated.run_shutdown(longest_shutdown)) << "the shutdown did not end";
    simulated.check_all();
    EXPECT_EQ(simulated.violations(), std::vector<std::string>{});
    for (const auto& group : simulated.supervisor().groups()) EXPECT_EQ(group->alive, 0U);
    EXPECT_FALSE(simulated.supervisor().next_deadline()) << "a timer outlived the shutdown";
}

TEST(SupervisorSimulation, KeepsItsInvariantsForFixedSeeds) {
    for (const std::uint64_t seed : {1U, 2U, 3U, 4711U}) {
        run({.seed = seed, .groups = 40, .processes = 1000}, 20'000);
    }
}

TEST(SupervisorSimulation, KeepsItsInvariantsWithBoundedStarts) {
    for (const std::uint64_t seed : {5U, 6U}) {
        run({.seed = seed, .groups = 40, .processes = 1000, .start_concurrency = 20}, 20'000);
    }
}

TEST(SupervisorSimulation, KeepsItsInvariantsWithSeveralGroupsStoppedAtOnce) {
    for (const int at_once : {0, 3}) {
        run({.seed = 7, .groups = 40, .processes = 1000, .stop_concurrency = at_once}, 20'000);
    }
}

TEST(SupervisorSimulation, KeepsItsInvariantsForAFreshSeed) {
    const auto seed = fresh_seed();
    run({.seed = seed, .groups = 40, .processes = 1000}, 20'000);
    run({.seed = seed, .groups = 40, .processes = 1000, .start_concurrency = 50}, 20'000);
    run({.seed = seed, .groups = 40, .processes = 1000, .stop_concurrency = 2}, 20'000);
}

TEST(SupervisorSimulation, KeepsItsInvariantsWithAHundredThousandProcesses) {
    run({.seed = fresh_seed(), .groups = 10, .processes = 100'000}, 120'000);
}

TEST(SupervisorSimulation, TheSameSeedGivesTheSameRun) {
    world first({.seed = 99});
    world second({.seed = 99});
    for (int i = 0; i < 5'000; ++i) {
        first.step();
        second.step();
    }
    EXPECT_EQ(first.seen(), second.seen());
}

TEST(SupervisorSimulation, EverythingThatCanGoWrongDoesGoWrong) {
    world simulated({.seed = 7, .groups = 40, .processes = 1000});
    for (int i = 0; i < 60'000; ++i) simulated.step();
    const auto& seen = simulated.seen();
    for (const auto count : {seen.failures, seen.hung, seen.given_up, seen.stuck, seen.refused,
                             seen.added - 40, seen.removed}) {
        EXPECT_GT(count, 0U);
    }
    EXPECT_EQ(simulated.violations(), std::vector<std::string>{});
}

}  // namespace
}  // namespace ringmaster::sim

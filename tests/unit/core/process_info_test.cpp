#include "core/process_info.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace ringmaster::core {
namespace {

/// Local time is UTC, as the expected texts are.
class Description : public ::testing::Test {
protected:
    Description() {
        ::setenv("TZ", "UTC", 1);
        ::tzset();
        info.name = "cat";
        info.pid = 7;
    }
    std::string in(process_state state) {
        info.state = state;
        return describe(info);
    }
    std::string after(std::int64_t seconds) {
        info.start = 1'700'000'000;
        info.now = info.start + seconds;
        return in(process_state::running);
    }

    process_info info;
};

TEST_F(Description, TellsTheUptimeAsPythonPrintsATimedelta) {
    EXPECT_EQ(after(0), "pid 7, uptime 0:00:00");
    EXPECT_EQ(after(5), "pid 7, uptime 0:00:05");
    EXPECT_EQ(after(86'399), "pid 7, uptime 23:59:59");
    EXPECT_EQ(after(86'400 + 5), "pid 7, uptime 1 day, 0:00:05");
    EXPECT_EQ(after(12 * 86'400 + 3 * 3600 + 245), "pid 7, uptime 12 days, 3:04:05");
    EXPECT_EQ(after(-5), "pid 7, uptime 0:00:00") << "the clock was set back";
}

TEST_F(Description, TellsWhenAProcessEnded) {
    EXPECT_EQ(in(process_state::stopped), "Not started");
    info.start = 1;
    // Stopped while it waited for a retry, and never made.
    EXPECT_EQ(in(process_state::stopped), "Jan 01 12:00 AM");
    info.stop = 1'700'653'020;
    EXPECT_EQ(in(process_state::exited), "Nov 22 11:37 AM");
    info.stop += 13 * 3600;
    EXPECT_EQ(in(process_state::stopped), "Nov 23 12:37 AM");
    info.stop += 12 * 3600;
    EXPECT_EQ(in(process_state::exited), "Nov 23 12:37 PM");
}

TEST_F(Description, TellsWhyAStartFailed) {
    for (const auto state : {process_state::backoff, process_state::fatal}) {
        info.spawnerr = {};
        EXPECT_EQ(in(state), "unknown error (try \"tail cat\")");
        info.spawnerr = "can't find command 'cat'";
        EXPECT_EQ(in(state), "can't find command 'cat'");
    }
}

TEST_F(Description, IsEmptyWhereThereIsNothingToTell) {
    info.start = info.stop = 1;
    info.spawnerr = "something";
    for (const auto state :
         {process_state::starting, process_state::stopping, process_state::unknown}) {
        EXPECT_EQ(in(state), "");
    }
}

}  // namespace
}  // namespace ringmaster::core

#include "io/launcher.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

namespace ringmaster::io {
namespace {

using namespace std::chrono_literals;

struct silent_log final : core::log_sink {
    void write(core::log_level, std::string_view) override {}
    bool enabled(core::log_level) const override { return false; }
};

class Launcher : public ::testing::Test {
protected:
    Launcher() {
        launcher_options options;
        options.hang_report_after = 1h;
        subject = *launcher::make(control.get_executor(), options, log);
    }
    void launch(launch_number number, std::string command) {
        launch_plan plan;
        plan.command = std::move(command);
        subject->launch(number, std::move(plan), [this](launch_outcome outcome) {
            ++answers;
            if (auto* child = std::get_if<launched_child>(&outcome)) destroy(std::move(*child));
        });
    }
    /// Whether the loop has nothing to wait for, neither a launch nor a timer.
    bool comes_to_rest() {
        control.restart();
        control.run_for(60s);  // ends as soon as nothing is waited for
        return control.stopped();
    }

    boost::asio::io_context control;
    silent_log log;
    std::unique_ptr<launcher> subject;
    int answers = 0;
};

TEST_F(Launcher, NothingIsDueWhenAllLaunchesAreAnswered) {
    launch(1, "/bin/true");
    launch(2, "/nonexistent");
    EXPECT_TRUE(comes_to_rest());
    EXPECT_EQ(answers, 2);
}

TEST_F(Launcher, NothingIsDueWhenAllLaunchesWereTakenBackOrGivenUp) {
    for (launch_number number = 1; number <= 20; ++number) launch(number, "/bin/true");
    (void)subject->take_back();
    for (launch_number number = 1; number <= 20; ++number) subject->give_up(number);
    EXPECT_TRUE(comes_to_rest());
    EXPECT_EQ(answers, 0);
}

}  // namespace
}  // namespace ringmaster::io

#include "io/task_group.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace ringmaster::io {
namespace {

class TaskGroup : public testing::Test {
protected:
    static task<> sleep_for_ever(bool& cleaned_up) {
        struct marker {
            bool& seen;
            ~marker() { seen = true; }
        } on_every_way_out{cleaned_up};
        asio::steady_timer timer{co_await asio::this_coro::executor};
        timer.expires_at(asio::steady_timer::time_point::max());
        co_await timer.async_wait(asio::deferred);
    }
    static task<> fail_later() {
        co_await asio::post(asio::deferred);
        throw std::runtime_error("broken");
    }
    static task<> count_to(int& counter) {
        co_await asio::post(asio::deferred);
        ++counter;
    }
    task<> stop_all(bool& joined) {
        group.request_stop();
        co_await group.join();
        joined = true;
    }
    task<> spawn_more(int& counter) {
        co_await asio::post(asio::deferred);
        group.spawn("inner", count_to(counter));
    }

    asio::io_context loop{1};
    std::vector<std::string> failures;
    task_group group{loop.get_executor(), [this](const std::string& name, std::exception_ptr e) {
                         try {
                             std::rethrow_exception(e);
                         } catch (const std::exception& error) {
                             failures.push_back(name + ": " + error.what());
                         }
                     }};
    task_group control{loop.get_executor(), [](const std::string&, std::exception_ptr) {}};
};

TEST_F(TaskGroup, RunsTasksAndForgetsThem) {
    int counter = 0;
    for (int n = 0; n < 10; ++n) group.spawn("count", count_to(counter));
    EXPECT_EQ(group.size(), 10u);
    loop.run();
    EXPECT_EQ(counter, 10);
    EXPECT_EQ(group.size(), 0u);
}

TEST_F(TaskGroup, ReportsAFailureWithTheTasksNameAndGoesOn) {
    int counter = 0;
    group.spawn("bad one", fail_later());
    group.spawn("good one", count_to(counter));
    loop.run();
    EXPECT_EQ(failures, std::vector<std::string>{"bad one: broken"});
    EXPECT_EQ(counter, 1);
}

TEST_F(TaskGroup, StopsEveryTaskBeforeJoinReturns) {
    bool first = false;
    bool second = false;
    bool joined = false;
    group.spawn("first", sleep_for_ever(first));
    group.spawn("second", sleep_for_ever(second));
    control.spawn("stop", stop_all(joined));
    loop.run();
    EXPECT_TRUE(first && second && joined);
    EXPECT_EQ(failures, std::vector<std::string>{});
}

TEST_F(TaskGroup, StopsOneTaskAlone) {
    bool first = false;
    bool second = false;
    const auto id = group.spawn("first", sleep_for_ever(first));
    const auto other = group.spawn("second", sleep_for_ever(second));
    loop.poll();
    group.request_stop(id);
    loop.poll();
    EXPECT_TRUE(first);
    EXPECT_FALSE(second);
    EXPECT_EQ(group.size(), 1u);
    group.request_stop(id);  // has ended: no effect
    group.request_stop(other);
    loop.run();
}

TEST_F(TaskGroup, JoinWaitsForTasksThatWereStartedMeanwhile) {
    int counter = 0;
    group.spawn("outer", spawn_more(counter));
    bool joined = false;
    const auto wait = [](task_group& of, bool& done) -> task<> {
        co_await of.join();
        done = true;
    };
    control.spawn("join", wait(group, joined));
    loop.run();
    EXPECT_TRUE(joined);
    EXPECT_EQ(counter, 1);
}

}  // namespace
}  // namespace ringmaster::io

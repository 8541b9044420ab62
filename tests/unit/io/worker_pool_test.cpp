#include "io/worker_pool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <future>

namespace ringmaster::io {
namespace {

using namespace std::chrono_literals;

class WorkerPool : public ::testing::Test {
protected:
    ~WorkerPool() override { let_go.set_value(); }

    void open(unsigned most, std::chrono::milliseconds exhausted_after = 1ms) {
        worker_pool::settings how;
        how.name = "test";
        how.threads = 2;
        how.most_threads = most;
        how.patience = 1ms;
        how.exhausted_after = exhausted_after;
        subject = std::make_unique<worker_pool>(control.get_executor(), how);
        ASSERT_FALSE(subject->start());
    }
    void submit_hanging() {
        subject->submit([until = gate] { until.wait(); }, [this] { ++returned; });
    }
    void submit_quick() {
        subject->submit([] {}, [this] { ++done; });
    }
    template <class Condition>
    bool run_until(Condition condition) {
        const auto deadline = std::chrono::steady_clock::now() + 60s;
        while (!condition()) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            control.restart();
            control.run_one_for(100ms);
        }
        return true;
    }

    std::promise<void> let_go;
    std::shared_future<void> gate = let_go.get_future().share();
    boost::asio::io_context control{1};
    std::unique_ptr<worker_pool> subject;
    int done = 0;
    int returned = 0;
};

TEST_F(WorkerPool, AddsThreadsOnlyWhileWorkHangs) {
    open(8);
    for (int i = 0; i < 100; ++i) submit_quick();
    ASSERT_TRUE(run_until([&] { return done == 100; }));
    const auto before = subject->size();
    for (int i = 0; i < 6; ++i) submit_hanging();
    submit_quick();
    ASSERT_TRUE(run_until([&] { return done == 101; }));
    EXPECT_GE(subject->size(), 7U);
    EXPECT_GE(subject->size(), before);
    EXPECT_EQ(returned, 0);
    subject->stop(1ms);
}

TEST_F(WorkerPool, SaysOnceThatEverythingHangsAtItsBound) {
    open(3);
    int said = 0;
    subject->on_exhausted = [&] { ++said; };
    for (int i = 0; i < 3; ++i) submit_hanging();
    submit_quick();
    ASSERT_TRUE(run_until([&] { return said == 1; }));
    submit_quick();
    EXPECT_EQ(subject->size(), 3U);
    EXPECT_EQ(done, 0);
    subject->stop(1ms);
}

TEST_F(WorkerPool, ABusyMachineIsNoReasonToSaySo) {
    open(3, 1h);
    int said = 0;
    subject->on_exhausted = [&] { ++said; };
    for (int i = 0; i < 3; ++i) submit_hanging();
    submit_quick();
    ASSERT_TRUE(run_until([&] { return subject->size() == 3; }));
    control.restart();
    for (int turn = 0; turn < 10; ++turn) control.run_one();  // each looks at the queue
    EXPECT_EQ(said, 0);
    EXPECT_EQ(done, 0);
    subject->stop(1ms);
}

TEST_F(WorkerPool, DoesNotWaitForWorkThatHangsNorHearOfItLater) {
    open(2);
    for (int i = 0; i < 4; ++i) submit_hanging();
    subject->stop(1ms);
    subject.reset();
    control.restart();
    control.poll();
    EXPECT_EQ(returned, 0);
}

}  // namespace
}  // namespace ringmaster::io

// A disk that hangs is the trouble of those who write to it, and of nobody else.
#include <gmock/gmock.h>

#include "unit/io/drain_fixture.hpp"
#include "unit/io/stuck_file.hpp"

namespace ringmaster::io {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DrainIsolation : public Drain {
protected:
    void SetUp() override {
        if (!disk.exists()) GTEST_SKIP() << "/dev/shm is no file system of its own";
        hold = stuck_file::hold(path);
        if (!hold) GTEST_SKIP() << "userfaultfd is not allowed";
    }

    source add_stuck() {
        return add(log_target{std::move(*open_file(path, O_WRONLY | O_APPEND)), path, 0, 0});
    }
    /// Its thread is in write(2), or on the way to it.
    void wait_until_stuck(const source& stream) {
        const auto before = plane->statistics().bytes_read;
        stream.say("late\n");
        ASSERT_TRUE(eventually([&] { return plane->statistics().bytes_read == before + 5; }));
    }

    other_disk disk{dir.file("")};
    std::string path = disk.exists() ? disk.file("stuck") : "";
    std::unique_ptr<stuck_file> hold;
};

TEST_P(DrainIsolation, ADiskThatHangsHoldsUpOnlyTheStreamsThatWriteToIt) {
    open();
    const source stuck = add_stuck();
    ASSERT_NO_FATAL_FAILURE(wait_until_stuck(stuck));

    const source healthy = add("healthy");
    const source silent = add(log_target{});
    const auto before = plane->statistics().bytes_read;
    for (int i = 0; i < 100; ++i) {
        healthy.say("one of a hundred lines\n");
        silent.say("x");
    }
    EXPECT_TRUE(eventually([&] { return plane->statistics().bytes_read == before + 2400; }));
    std::filesystem::rename(healthy.path, healthy.path + ".moved");
    plane->reopen_all();
    EXPECT_TRUE(eventually([&] { return exists(healthy.path); }));
    EXPECT_FALSE(clear(healthy));
    finish_all({healthy.id, silent.id});
    EXPECT_EQ(content_of(healthy.path + ".moved").size(), 2300U);
    EXPECT_EQ(content_of(path), "");

    hold->release();
    stuck.say("later\n");
    finish(stuck);
    EXPECT_EQ(content_of(path), "|late\nlater\n");
    EXPECT_THAT(control.messages, IsEmpty());
}

TEST_P(DrainIsolation, StoppingLeavesADiskThatHangsBehindAndItsBytesStillArrive) {
    open(1, std::chrono::milliseconds(1));
    const source stuck = add_stuck();
    ASSERT_NO_FATAL_FAILURE(wait_until_stuck(stuck));
    stuck.say("the last words\n");
    plane->stop();
    plane->stop();
    EXPECT_THAT(control.messages, Contains(HasSubstr("the disk of " + path + " hangs")));
    plane.reset();

    hold->release();
    EXPECT_TRUE(eventually([&] { return content_of(path) == "|late\nthe last words\n"; }))
        << content_of(path);
}

INSTANTIATE_TEST_SUITE_P(Engines, DrainIsolation, both_engines, engine_name);

}  // namespace
}  // namespace ringmaster::io

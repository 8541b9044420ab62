// The decisions of a shard that need no thread: answers, and the end of patience.
#include "io/stream_table.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/eventfd.h>
#include <sys/stat.h>

#include "io/posix.hpp"
#include "unit/io/drain_fixture.hpp"

namespace ringmaster::io {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class StreamTable : public ::testing::TestWithParam<engine_choice> {
protected:
    void SetUp() override {
        if (GetParam() == engine_choice::epoll)
            kernel = std::move(*open_epoll_engine(wake.get()));
        else
            kernel = std::move(*open_ring_engine(wake.get()));
    }

    unique_fd add(stream_table& table, stream_id id, log_target target = {}) {
        auto pipe = std::move(*make_pipe());
        table.add(id, {std::move(pipe.read), std::move(target), false});
        return std::move(pipe.write);
    }

    void run_until_empty(stream_table& table) {
        while (!table.empty()) {
            const auto limit = table.expire();
            if (!table.empty()) kernel->wait(table, limit);
        }
    }

    unique_fd wake{::eventfd(0, EFD_CLOEXEC)};
    std::unique_ptr<engine> kernel;
};

TEST_P(StreamTable, StreamsThatFinishTogetherAreAnsweredTogether) {
    stream_table table(*kernel);
    std::vector<unique_fd> writers;
    for (const stream_id id : {1U, 2U, 3U}) writers.push_back(add(table, id));
    for (const stream_id id : {1U, 2U, 3U}) table.finish(id, true);
    run_until_empty(table);
    EXPECT_THAT(table.take_answers().finished, UnorderedElementsAre(1, 2, 3));
}

TEST_P(StreamTable, AStreamIsAnsweredOnceHoweverOftenItIsFinished) {
    stream_table table(*kernel);
    const unique_fd writer = add(table, 7);
    table.finish(7, true);
    table.finish(7, true);
    table.finish_all();
    run_until_empty(table);
    EXPECT_THAT(table.take_answers().finished, ElementsAre(7));
}

TEST_P(StreamTable, FinishGivesUpATargetThatNobodyReads) {
    const scratch_dir dir;
    const std::string path = dir.file("fifo");
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    const unique_fd reader = std::move(*open_file(path, O_RDONLY | O_NONBLOCK));
    stream_table table(*kernel, std::chrono::milliseconds(0));
    log_target target{std::move(*open_file(path, O_WRONLY)), path, 0, 0};
    const unique_fd writer = add(table, 1, std::move(target));
    ASSERT_FALSE(set_nonblocking(writer.get()));
    // Until the target is full, reading has paused, and the pipe is full too.
    for (int idle = 0; idle < 10; ++idle) {
        while (::write(writer.get(), "0123456789", 10) > 0) idle = 0;
        kernel->wait(table, std::chrono::milliseconds(0));
    }
    table.finish(1, true);
    run_until_empty(table);

    const auto answers = table.take_answers();
    EXPECT_THAT(answers.finished, ElementsAre(1));
    EXPECT_THAT(answers.notes,
                Contains(Field(&core::log_line::text, HasSubstr("nobody reads it"))));
    EXPECT_THAT(answers.notes,
                Contains(Field(&core::log_line::text, HasSubstr("bytes of output were dropped"))));
}

INSTANTIATE_TEST_SUITE_P(Engines, StreamTable, both_engines, engine_name);

}  // namespace
}  // namespace ringmaster::io

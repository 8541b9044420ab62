// The decisions of a shard that need no thread: answers, and the end of patience.
#include "io/stream_table.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/eventfd.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <thread>

#include "io/posix.hpp"
#include "io/ring_engine.hpp"
#include "unit/io/drain_fixture.hpp"

namespace ringmaster::io {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

/// All ways in which an engine can have to work, whatever this kernel offers.
enum class flavour { epoll, ring, ring_without_multishot, ring_short_of_buffers };

class StreamTable : public ::testing::TestWithParam<flavour> {
protected:
    void SetUp() override {
        switch (GetParam()) {
            case flavour::epoll: kernel = std::move(*open_epoll_engine(wake.get())); break;
            case flavour::ring: kernel = std::move(*ring_engine::open(wake.get(), {})); break;
            case flavour::ring_without_multishot:
                kernel = std::move(*ring_engine::open(wake.get(), {false, 64}));
                break;
            case flavour::ring_short_of_buffers:
                kernel = std::move(*ring_engine::open(wake.get(), {true, 2}));
                break;
        }
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

    std::atomic<std::uint64_t> bytes_read = 0;
    std::shared_ptr<memory_budget> budget = std::make_shared<memory_budget>(1 << 20);
    unique_fd wake{::eventfd(0, EFD_CLOEXEC)};
    std::unique_ptr<engine> kernel;
};

TEST_P(StreamTable, StreamsThatFinishTogetherAreAnsweredTogether) {
    stream_table table(*kernel, bytes_read, budget);
    std::vector<unique_fd> writers;
    for (const stream_id id : {1U, 2U, 3U}) writers.push_back(add(table, id));
    for (const stream_id id : {1U, 2U, 3U}) table.finish(id);
    run_until_empty(table);
    EXPECT_THAT(table.take_answers().finished, UnorderedElementsAre(1, 2, 3));
}

/// After the last report the shard may let output gather for a while.
TEST_P(StreamTable, WhatHasArrivedIsReportedBeforeTheLastReport) {
    constexpr std::size_t count = 150;
    const auto report_all = [this](stream_table& table) {
        while (kernel->wait(table, std::chrono::milliseconds(0))) {
        }
    };
    stream_table table(*kernel, bytes_read, budget);
    std::vector<unique_fd> writers;
    for (stream_id id = 1; id <= count; ++id) writers.push_back(add(table, id));
    report_all(table);
    for (const auto& writer : writers) ASSERT_EQ(::write(writer.get(), "x", 1), 1);
    while (kernel->wait(table, std::nullopt)) {
    }
    EXPECT_EQ(bytes_read, count);
}

TEST_P(StreamTable, AStreamIsAnsweredOnceHoweverOftenItIsFinished) {
    stream_table table(*kernel, bytes_read, budget);
    const unique_fd writer = add(table, 7);
    table.finish(7);
    table.finish(7);
    table.finish_all();
    run_until_empty(table);
    EXPECT_THAT(table.take_answers().finished, ElementsAre(7));
}

TEST_P(StreamTable, TheEndIsToldWhenNobodyCanWriteToAStreamAnyMore) {
    const scratch_dir dir;
    const std::string path = dir.file("log");
    stream_table table(*kernel, bytes_read, budget);
    log_target target{std::move(*open_file(path, O_WRONLY | O_CREAT | O_APPEND)), path, 0, 0};
    unique_fd writer = add(table, 5, std::move(target));
    ASSERT_EQ(::write(writer.get(), "last words", 10), 10);
    writer.reset();
    drain_answers answers;
    while ((answers = table.take_answers()).empty()) kernel->wait(table, std::nullopt);
    EXPECT_THAT(answers.finished, ElementsAre(5));
    EXPECT_EQ(content_of(path), "last words");

    // The log can be emptied as long as the child lives.
    table.clear(5, [](error_code) {});
    EXPECT_FALSE(table.take_answers().cleared.at(0).second);
    EXPECT_EQ(content_of(path), "");
    table.finish(5);
    run_until_empty(table);
    EXPECT_TRUE(table.take_answers().empty()) << "told once";
}

TEST_P(StreamTable, FinishGivesUpATargetThatNobodyReads) {
    const scratch_dir dir;
    const std::string path = dir.file("fifo");
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    const unique_fd reader = std::move(*open_file(path, O_RDONLY | O_NONBLOCK));
    stream_table table(*kernel, bytes_read, budget, std::chrono::milliseconds(0));
    log_target target{std::move(*open_file(path, O_WRONLY)), path, 0, 0};
    const unique_fd writer = add(table, 1, std::move(target));
    ASSERT_FALSE(set_nonblocking(writer.get()));
    // Until the target is full, reading has paused, and the pipe is full too.
    for (int idle = 0; idle < 10; ++idle) {
        while (::write(writer.get(), "0123456789", 10) > 0) idle = 0;
        kernel->wait(table, std::chrono::milliseconds(0));
    }
    table.finish(1);
    run_until_empty(table);

    const auto answers = table.take_answers();
    EXPECT_THAT(answers.finished, ElementsAre(1));
    EXPECT_THAT(answers.notes,
                Contains(Field(&core::log_line::text, HasSubstr("nobody reads it"))));
    EXPECT_THAT(answers.notes,
                Contains(Field(&core::log_line::text, HasSubstr("bytes of output were dropped"))));
}

/// Streams that are chatty, then flood, then are chatty again.
TEST_P(StreamTable, DrainsByteExactlyByAllWaysAnEngineCanWork) {
    const scratch_dir dir;
    stream_table table(*kernel, bytes_read, budget);
    constexpr stream_id count = 20;
    std::vector<unique_fd> writers;
    std::vector<std::string> texts(count);
    for (stream_id id = 1; id <= count; ++id) {
        const std::string path = dir.file(std::to_string(id));
        writers.push_back(add(
            table, id, {std::move(*open_file(path, O_WRONLY | O_CREAT | O_APPEND)), path, 0, 0}));
        for (int line = 0; line < 6'000; ++line)
            texts[id - 1] += std::to_string(id) + ' ' + std::to_string(line) + '\n';
    }
    const auto write_range = [&](std::size_t from, std::size_t to, std::size_t piece) {
        for (std::size_t at = from; at < to; at += piece)
            for (std::size_t i = 0; i < count; ++i)
                EXPECT_FALSE(write_all(writers[i].get(), std::string_view(texts[i]).substr(
                                                             at, std::min(piece, to - at))));
    };
    const auto read_until = [&](std::uint64_t bytes) {
        while (bytes_read < bytes) kernel->wait(table, std::nullopt);
    };
    const auto chat = [&](std::size_t from, std::size_t to) {
        for (std::size_t at = from; at < to; at += 50) {
            write_range(at, at + 50, 50);
            read_until((at + 50) * count);
        }
    };
    const std::size_t size = std::ranges::min(texts, {}, &std::string::size).size() / 50 * 50;
    for (std::string& text : texts) text.resize(size);

    chat(0, 1'000);
    std::thread children([&] { write_range(1'000, size - 1'000, 30'000); });
    read_until((size - 1'000) * count);
    children.join();
    chat(size - 1'000, size);
    for (stream_id id = 1; id <= count; ++id) table.finish(id);
    run_until_empty(table);
    for (stream_id id = 1; id <= count; ++id)
        EXPECT_TRUE(content_of(dir.file(std::to_string(id))) == texts[id - 1]) << id;
}

std::string flavour_name(const ::testing::TestParamInfo<flavour>& which) {
    const std::array names{"epoll", "ring", "ring_without_multishot", "ring_short_of_buffers"};
    return names[static_cast<std::size_t>(which.param)];
}

INSTANTIATE_TEST_SUITE_P(Engines, StreamTable,
                         ::testing::Values(flavour::epoll, flavour::ring,
                                           flavour::ring_without_multishot,
                                           flavour::ring_short_of_buffers),
                         flavour_name);

}  // namespace
}  // namespace ringmaster::io

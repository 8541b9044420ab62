// Bytes from pipe to file: complete, in order, with either engine.
#include "io/drain.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <random>
#include <thread>

#include "unit/io/drain_fixture.hpp"

namespace ringmaster::io {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAreArray;

/// Bytes of every value, the same for the same seed.
std::string noise(std::size_t size, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::string bytes(size + 8, '\0');
    for (std::size_t at = 0; at < size; at += 8) {
        const std::uint64_t word = random();
        std::memcpy(bytes.data() + at, &word, sizeof word);
    }
    bytes.resize(size);
    return bytes;
}

/// Writes `bytes` in pieces of 1 … `largest` bytes.
void write_in_pieces(int fd, std::string_view bytes, std::size_t largest, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    while (!bytes.empty()) {
        const auto piece = bytes.substr(0, 1 + random() % largest);
        if (write_all(fd, piece)) return;
        bytes.remove_prefix(piece.size());
    }
}

class DrainBytes : public Drain {
protected:
    /// Each writer is a thread of its own; all finish while the drain is at work.
    void expect_complete(int writers, std::size_t bytes, std::size_t largest_piece) {
        std::vector<source> streams;
        std::vector<stream_id> ids;
        std::vector<std::thread> threads;
        for (int i = 0; i < writers; ++i) {
            streams.push_back(add("log" + std::to_string(i)));
            ids.push_back(streams.back().id);
        }
        for (std::size_t i = 0; i < streams.size(); ++i)
            threads.emplace_back([&, i] {
                write_in_pieces(streams[i].write.get(), noise(bytes, i), largest_piece, i);
                streams[i].write.reset();
            });
        for (auto& thread : threads) thread.join();
        finish_all(ids);
        EXPECT_THAT(control.finished, UnorderedElementsAreArray(ids));
        for (std::size_t i = 0; i < streams.size(); ++i)
            EXPECT_TRUE(content_of(streams[i].path) == noise(bytes, i)) << "writer " << i;
        EXPECT_THAT(control.messages, IsEmpty());
    }
};

TEST_P(DrainBytes, ManyWritersOfAllSizesAreDrainedByteExactly) {
    open();
    expect_complete(16, 2'000'000, 40'000);
}

TEST_P(DrainBytes, SeveralShardsDrainByteExactly) {
    open(3);
    expect_complete(16, 1'000'000, 10'000);
}

TEST_P(DrainBytes, TinyWritesArriveInOrder) {
    open();
    expect_complete(8, 20'000, 3);
}

TEST_P(DrainBytes, OneFloodingWriterIsDrainedByteExactly) {
    open();
    expect_complete(1, 30'000'000, 300'000);
}

TEST_P(DrainBytes, MoreFullPipesThanTheEngineHasBuffersAreAllDrained) {
    open();
    std::vector<source> streams;
    std::vector<pipe_ends> pipes;
    std::vector<stream_id> ids;
    const std::string full = noise(65536, 7);
    for (int i = 0; i < 200; ++i) {
        pipes.push_back(std::move(*make_pipe()));
        // The pipes of a user without privileges may be smaller.
        const int capacity = ::fcntl(pipes.back().write.get(), F_GETPIPE_SZ);
        ASSERT_FALSE(write_all(pipes.back().write.get(),
                               std::string_view(full).substr(0, static_cast<unsigned>(capacity))));
    }
    for (int i = 0; i < 200; ++i) {
        const std::string path = dir.file(std::to_string(i));
        log_target target{std::move(*open_file(path, O_WRONLY | O_CREAT | O_APPEND)), path, 0, 0};
        ids.push_back(plane->add(
            {std::move(pipes[static_cast<unsigned>(i)].read), std::move(target), false}));
    }
    // While the write ends stay open, all must arrive without finish().
    std::uint64_t total = 0;
    for (const auto& pipe : pipes)
        total += static_cast<std::uint64_t>(::fcntl(pipe.write.get(), F_GETPIPE_SZ));
    EXPECT_TRUE(eventually([&] { return plane->statistics().bytes_read == total; }));
    finish_all(ids);
    for (int i = 0; i < 200; ++i) {
        const std::string got = content_of(dir.file(std::to_string(i)));
        EXPECT_TRUE(full.starts_with(got));
        EXPECT_FALSE(got.empty());
    }
}

TEST_P(DrainBytes, ThousandsOfStreamsLiveOnOneShard) {
    constexpr std::size_t count = 2000;
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    const rlimit raised{files.rlim_max, files.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &raised);
    if (files.rlim_max < 3 * count + 100) GTEST_SKIP() << "not enough descriptors allowed";
    open();
    std::vector<source> streams;
    std::vector<stream_id> ids;
    for (std::size_t i = 0; i < count; ++i) {
        streams.push_back(add(std::to_string(i)));
        ids.push_back(streams.back().id);
    }
    for (int round = 0; round < 3; ++round)
        for (std::size_t i = 0; i < count; ++i) streams[i].say(std::to_string(i) + "\n");
    finish_all(ids);
    for (std::size_t i = 0; i < count; ++i) {
        const std::string line = std::to_string(i) + "\n";
        ASSERT_EQ(content_of(streams[i].path), line + line + line);
    }
    ::setrlimit(RLIMIT_NOFILE, &files);
}

TEST_P(Drain, AQuietStreamIsWrittenWithoutBeingAsked) {
    open();
    const source stream = add("log");
    stream.say("hello\n");
    EXPECT_TRUE(eventually([&] { return content_of(stream.path) == "hello\n"; }));
    stream.say("again\n");
    EXPECT_TRUE(eventually([&] { return content_of(stream.path) == "hello\nagain\n"; }));
}

TEST_P(Drain, FinishWritesWhatThePipeHoldsBeforeItAnswers) {
    open();
    for (int round = 0; round < 200; ++round) {
        const source stream = add("log" + std::to_string(round));
        stream.say("first ");
        stream.say("last");
        finish(stream);
        ASSERT_EQ(content_of(stream.path), "first last");
    }
}

TEST_P(Drain, FinishDoesNotWaitForAGrandchildThatKeepsThePipeOpen) {
    open();
    const source stream = add("log");
    const unique_fd grandchild{::dup(stream.write.get())};
    stream.say("all of it");
    finish(stream);
    EXPECT_EQ(content_of(stream.path), "all of it");
}

TEST_P(Drain, FinishEndsAlthoughAGrandchildFloodsThePipe) {
    open();
    source stream = add("log");
    std::thread grandchild([&] {
        ::sigset_t pipe_signal;
        ::sigemptyset(&pipe_signal);
        ::sigaddset(&pipe_signal, SIGPIPE);
        ::pthread_sigmask(SIG_BLOCK, &pipe_signal, nullptr);
        while (!write_all(stream.write.get(), "0123456789abcdef")) continue;
    });
    EXPECT_TRUE(eventually([&] { return plane->statistics().bytes_read > 1'000'000; }));
    finish(stream);
    grandchild.join();  // its write fails when the drain has closed the read end
    const std::string got = content_of(stream.path);
    EXPECT_GT(got.size(), 1'000'000U);
    for (std::size_t at = 0; at + 16 <= got.size(); at += 16)
        ASSERT_EQ(std::string_view(got).substr(at, 16), "0123456789abcdef") << at;
}

TEST_P(Drain, FinishAfterEndOfFileAnswers) {
    open();
    source stream = add("log");
    stream.say("bye");
    stream.write.reset();
    EXPECT_TRUE(eventually([&] { return content_of(stream.path) == "bye"; }));
    finish(stream);
    EXPECT_THAT(control.finished, ElementsAre(stream.id));
}

TEST_P(Drain, FinishedStreamsMakeRoomForOthers) {
    open();
    for (int round = 0; round < 50; ++round) {
        std::vector<source> streams;
        for (int i = 0; i < 4; ++i) {
            streams.push_back(add(std::to_string(round) + "." + std::to_string(i)));
            streams.back().say("x");
            if (i % 2 == 0) streams.back().write.reset();
        }
        finish_all({streams[0].id, streams[1].id, streams[2].id, streams[3].id});
        for (const source& stream : streams) ASSERT_EQ(content_of(stream.path), "x");
    }
}

TEST_P(Drain, StopDrainsWhatWasNotFinished) {
    open(2);
    std::vector<source> streams;
    for (int i = 0; i < 10; ++i) {
        streams.push_back(add("log" + std::to_string(i)));
        streams.back().say("unfinished business");
    }
    plane->stop();
    plane->stop();
    for (const source& stream : streams) EXPECT_EQ(content_of(stream.path), "unfinished business");
}

TEST_P(Drain, AnswersThatOutliveTheDrainAreNotDelivered) {
    open();
    plane->finish({add("log").id});
    plane->stop();
    plane.reset();
    bool asked = false;
    EXPECT_TRUE(control.run_until([&] { return std::exchange(asked, true); }));
    EXPECT_THAT(control.finished, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Engines, Drain, both_engines, engine_name);
INSTANTIATE_TEST_SUITE_P(Engines, DrainBytes, both_engines, engine_name);

}  // namespace
}  // namespace ringmaster::io

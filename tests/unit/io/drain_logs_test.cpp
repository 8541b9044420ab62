// What happens to the log of a stream while bytes flow, and when its target makes trouble.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/stat.h>

#include <atomic>
#include <thread>

#include "unit/io/drain_fixture.hpp"

namespace ringmaster::io {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DrainLogs : public Drain {
protected:
    /// A log target that takes only as much as a pipe holds, until the test reads it.
    struct slow_target {
        log_target target;
        unique_fd reader;
    };
    slow_target make_slow_target() const {
        const std::string path = dir.file("fifo");
        EXPECT_EQ(::mkfifo(path.c_str(), 0600), 0);
        unique_fd reader = std::move(*open_file(path, O_RDONLY | O_NONBLOCK));
        unique_fd writer = std::move(*open_file(path, O_WRONLY));
        return {{std::move(writer), path, 10, 1}, std::move(reader)};
    }

    /// How many descriptors of this process lead to the same pipe as `fd`.
    static int holders_of(int fd) {
        struct stat wanted {};
        ::fstat(fd, &wanted);
        int count = 0;
        for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
            struct stat info {};
            if (::stat(entry.path().c_str(), &info) == 0 && info.st_ino == wanted.st_ino &&
                S_ISFIFO(info.st_mode))
                ++count;
        }
        return count;
    }

    std::uint64_t passes() const { return plane->statistics().passes; }
};

TEST_P(DrainLogs, ALogRotatesWhileItsStreamRuns) {
    open();
    const source stream = add("log", {10, 2, false});
    for (const char* record : {"0123456789", "abcdefghij", "ABCDEFGHIJ"}) {
        stream.say(record);
        EXPECT_TRUE(eventually([&] { return content_of(stream.path + ".1") == record; }));
    }
    stream.say("live");
    finish(stream);
    EXPECT_EQ(content_of(stream.path), "live");
    EXPECT_EQ(content_of(stream.path + ".1"), "ABCDEFGHIJ");
    EXPECT_EQ(content_of(stream.path + ".2"), "abcdefghij");
    EXPECT_FALSE(exists(stream.path + ".3"));
}

TEST_P(DrainLogs, RotationUnderFloodLosesNoByte) {
    open();
    source stream = add("log", {50'000, 1000, false});
    std::string expected;
    for (int i = 0; i < 200'000; ++i) expected += "line " + std::to_string(i) + "\n";
    stream.say(expected);
    finish(stream);
    std::string got;
    for (int i = 1000; i > 0; --i) got += content_of(stream.path + "." + std::to_string(i));
    got += content_of(stream.path);
    EXPECT_TRUE(got == expected) << got.size() << " of " << expected.size() << " bytes";
    EXPECT_TRUE(exists(stream.path + ".2"));
}

TEST_P(DrainLogs, ReopenFollowsLogsThatWereRenamed) {
    open(2);
    const source one = add("one");
    const source two = add("two");
    for (const source* stream : {&one, &two}) {
        stream->say("old");
        EXPECT_TRUE(eventually([&] { return content_of(stream->path) == "old"; }));
        std::filesystem::rename(stream->path, stream->path + ".moved");
    }
    plane->reopen_all();
    for (const source* stream : {&one, &two}) {
        EXPECT_TRUE(eventually([&] { return exists(stream->path); }));
        stream->say("new");
        finish(*stream);
        EXPECT_EQ(content_of(stream->path + ".moved"), "old");
        EXPECT_EQ(content_of(stream->path), "new");
    }
}

/// Lines that tell their place, written by a thread as fast as the drain takes them.
class flood {
public:
    explicit flood(int to) : writer_([this, to] { run(to); }) {}
    /// All that was written.
    std::string stop() {
        stopping_ = true;
        writer_.join();
        return std::move(written_);
    }

private:
    void run(int to) {
        for (int piece = 0; !stopping_; ++piece) {
            std::string lines;
            for (int line = 0; line < 100; ++line) lines += fmt::format("{}.{}\n", piece, line);
            if (write_all(to, lines)) return;
            written_ += lines;
        }
    }

    std::atomic<bool> stopping_ = false;
    std::string written_;
    std::thread writer_;
};

TEST_P(DrainLogs, ReopenUnderFloodNeitherLosesNorDoublesAByte) {
    open();
    const source stream = add("log");
    flood child(stream.write.get());
    std::vector<std::string> parts;
    for (int round = 0; round < 20; ++round) {
        const auto before = plane->statistics().bytes_read;
        EXPECT_TRUE(eventually([&] { return plane->statistics().bytes_read > before; }));
        parts.push_back(stream.path + "." + std::to_string(round));
        std::filesystem::rename(stream.path, parts.back());
        plane->reopen_all();
        EXPECT_TRUE(eventually([&] { return exists(stream.path); }));
    }
    const std::string expected = child.stop();
    finish(stream);
    std::string got;
    for (const auto& part : parts) got += content_of(part);
    got += content_of(stream.path);
    EXPECT_TRUE(got == expected) << got.size() << " of " << expected.size() << " bytes";
}

TEST_P(DrainLogs, ClearUnderFloodKeepsEverythingThatComesAfterIt) {
    open();
    const source stream = add("log");
    flood child(stream.write.get());
    for (int round = 0; round < 20; ++round) {
        EXPECT_TRUE(eventually([&] { return std::filesystem::file_size(stream.path) > 0; }));
        EXPECT_FALSE(clear(stream));
    }
    const std::string written = child.stop();
    finish(stream);
    const std::string kept = content_of(stream.path);
    EXPECT_LT(kept.size(), written.size());
    EXPECT_TRUE(written.ends_with(kept));
}

TEST_P(DrainLogs, ClearRemovesTheContentAndTheStreamGoesOn) {
    open();
    const source stream = add("log");
    stream.say("before");
    EXPECT_TRUE(eventually([&] { return content_of(stream.path) == "before"; }));
    EXPECT_FALSE(clear(stream));
    EXPECT_EQ(content_of(stream.path), "");
    stream.say("after");
    finish(stream);
    EXPECT_EQ(content_of(stream.path), "after");
}

TEST_P(DrainLogs, ClearOfAFinishedStreamIsAnError) {
    open();
    const source stream = add("log");
    finish(stream);
    EXPECT_TRUE(clear(stream));
}

TEST_P(DrainLogs, EscapeSequencesAreStrippedWhereConfigured) {
    open();
    const source stripped = add("stripped", {0, 0, true});
    const source raw = add("raw");
    for (const source* stream : {&stripped, &raw}) {
        stream->say("\x1b[1mbold\x1b[0m\n");
        finish(*stream);
    }
    EXPECT_EQ(content_of(stripped.path), "bold\n");
    EXPECT_EQ(content_of(raw.path), "\x1b[1mbold\x1b[0m\n");
}

TEST_P(DrainLogs, AStreamWithoutLogIsReadAndDiscarded) {
    open();
    const source stream = add(log_target{});
    stream.say(std::string(1'000'000, 'x'));
    finish(stream);
    EXPECT_EQ(plane->statistics().bytes_read, 1'000'000U);
}

TEST_P(DrainLogs, AFullDiskDropsAndSaysSoOnceAndOtherStreamsGoOn) {
    open();
    const source full =
        add(log_target{std::move(*open_file("/dev/full", O_WRONLY)), "/dev/full", 5, 1});
    const source healthy = add("log");
    for (int i = 0; i < 20; ++i) full.say(std::string(50'000, 'x'));
    healthy.say("still here");
    finish(full);
    finish(healthy);
    EXPECT_EQ(content_of(healthy.path), "still here");
    EXPECT_THAT(control.messages,
                ElementsAre("could not write /dev/full: No space left on device; output is being "
                            "dropped",
                            HasSubstr("1000000 bytes of output were dropped")));
}

TEST_P(DrainLogs, ASlowTargetHoldsUpOnlyItsOwnStreamAndLosesNothing) {
    open();
    slow_target slow = make_slow_target();
    source stream = add(std::move(slow.target));
    const source other = add("log");
    std::string expected;
    for (int i = 0; i < 100'000; ++i) expected += std::to_string(i) + "\n";
    std::thread child([&] {
        stream.say(expected);
        stream.write.reset();
    });

    // The target is full and nobody reads it: the other stream does not notice.
    pollfd room{slow.reader.get(), POLLIN, 0};
    ASSERT_EQ(::poll(&room, 1, 60'000), 1);
    for (int i = 0; i < 100; ++i) other.say("one of a hundred lines\n");
    finish(other);
    EXPECT_EQ(content_of(other.path).size(), 2300U);

    std::string got;
    std::vector<char> chunk(5000);
    EXPECT_TRUE(eventually([&] {
        const ssize_t size = ::read(slow.reader.get(), chunk.data(), chunk.size());
        if (size > 0) got.append(chunk.data(), static_cast<std::size_t>(size));
        return got.size() >= expected.size();
    }));
    child.join();
    finish(stream);
    EXPECT_TRUE(got == expected);
    EXPECT_THAT(control.messages, IsEmpty());
}

TEST_P(DrainLogs, FinishWaitsForASlowTarget) {
    open();
    slow_target slow = make_slow_target();
    const source stream = add(std::move(slow.target));
    const int room = ::fcntl(slow.reader.get(), F_GETPIPE_SZ);
    const std::string expected(static_cast<std::size_t>(room) + 10'000, 'x');
    stream.say(expected);
    plane->finish({stream.id});
    std::string got;
    std::vector<char> chunk(5000);
    while (got.size() < expected.size()) {
        pollfd more{slow.reader.get(), POLLIN, 0};
        ASSERT_EQ(::poll(&more, 1, 60'000), 1);
        const ssize_t size = ::read(slow.reader.get(), chunk.data(), chunk.size());
        if (size > 0) got.append(chunk.data(), static_cast<std::size_t>(size));
    }
    EXPECT_TRUE(control.run_until([&] { return !control.finished.empty(); }));
    EXPECT_EQ(got, expected);
    EXPECT_THAT(control.messages, IsEmpty());
}

TEST_P(DrainLogs, EndOfFileClosesThePipeAndTheShardSleeps) {
    open();
    std::vector<int> borrowed;
    for (int i = 0; i < 50; ++i) {
        auto pipe = std::move(*make_pipe());
        const unique_fd watcher{::dup(pipe.read.get())};
        const stream_id id = plane->add({std::move(pipe.read), log_target{}, false});
        EXPECT_NE(id, 0U);
        pipe.write.reset();
        EXPECT_TRUE(eventually([&] { return holders_of(watcher.get()) == 1; }));
    }
    const std::uint64_t before = passes();
    ::poll(nullptr, 0, 50);
    // One pass may be under way; a loop that spins makes thousands.
    EXPECT_LE(passes(), before + 4);
}

TEST_P(DrainLogs, WaitingForASlowTargetDoesNotSpin) {
    open();
    slow_target slow = make_slow_target();
    const source stream = add(std::move(slow.target));
    const auto room = static_cast<std::size_t>(::fcntl(slow.reader.get(), F_GETPIPE_SZ));
    stream.say(std::string(room + 1000, 'x'));
    EXPECT_TRUE(eventually([&] { return plane->statistics().bytes_read == room; }));
    const std::uint64_t before = passes();
    ::poll(nullptr, 0, 50);
    EXPECT_LE(passes(), before + 10);
}

INSTANTIATE_TEST_SUITE_P(Engines, DrainLogs, both_engines, engine_name);

}  // namespace
}  // namespace ringmaster::io

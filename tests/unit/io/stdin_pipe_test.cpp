#include "io/stdin_pipe.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <string>

#include "io/posix.hpp"

namespace ringmaster::io {
namespace {

class StdinPipe : public testing::Test {
protected:
    StdinPipe() {
        ::signal(SIGPIPE, SIG_IGN);  // as in the daemon
        auto ends = make_pipe();
        EXPECT_TRUE(ends);
        EXPECT_FALSE(set_nonblocking(ends->write.get()));
        EXPECT_FALSE(set_nonblocking(ends->read.get()));
        reader = std::move(ends->read);
        subject = stdin_pipe(control.get_executor(), std::move(ends->write));
    }

    /// What a reader gets until there is nothing more to get.
    std::string read_all() {
        std::string all;
        char part[16384];
        for (;;) {
            const auto got = ::read(reader.get(), part, sizeof part);
            if (got > 0) {
                all.append(part, static_cast<std::size_t>(got));
                continue;
            }
            control.restart();
            if (control.poll() == 0) return all;
        }
    }

    asio::io_context control;
    unique_fd reader;
    stdin_pipe subject;
};

TEST_F(StdinPipe, WritesAtOnceWhatFits) {
    EXPECT_EQ(subject.send("hello"), stdin_outcome::taken);
    EXPECT_EQ(subject.send(""), stdin_outcome::taken);
    EXPECT_EQ(read_all(), "hello");
}

TEST_F(StdinPipe, WritesTheRestWhenTheChildHasRead) {
    const std::string much(500'000, 'x');
    EXPECT_EQ(subject.send(much), stdin_outcome::taken);
    EXPECT_EQ(subject.send("end"), stdin_outcome::taken);
    EXPECT_EQ(read_all(), much + "end");
    EXPECT_EQ(subject.send("again"), stdin_outcome::taken);
    EXPECT_EQ(read_all(), "again");
}

TEST_F(StdinPipe, RefusesMoreThanItsCapacityAsAWhole) {
    const std::string chunk(300'000, 'x');
    std::size_t taken = 0;
    while (subject.send(chunk) == stdin_outcome::taken) {
        taken += chunk.size();
        ASSERT_LE(taken, stdin_pipe::capacity + 2 * chunk.size());
    }
    EXPECT_EQ(subject.send(chunk), stdin_outcome::full);
    EXPECT_EQ(read_all().size(), taken);
    EXPECT_EQ(subject.send(chunk), stdin_outcome::taken);
}

TEST_F(StdinPipe, TakesOneTextOfAnySizeIfNothingWaits) {
    const std::string huge(3 * stdin_pipe::capacity, 'x');
    EXPECT_EQ(subject.send(huge), stdin_outcome::taken);
    EXPECT_EQ(subject.send("x"), stdin_outcome::full);
    EXPECT_EQ(read_all(), huge);
}

TEST_F(StdinPipe, IsClosedWhenTheChildHasClosedItsEnd) {
    reader.reset();
    EXPECT_EQ(subject.send("x"), stdin_outcome::closed);
    EXPECT_EQ(subject.send("x"), stdin_outcome::closed);
}

TEST_F(StdinPipe, NoticesAnEndThatIsClosedWhileTextWaits) {
    EXPECT_EQ(subject.send(std::string(500'000, 'x')), stdin_outcome::taken);
    reader.reset();
    control.restart();
    control.run();  // ends: nothing is watched any more
    EXPECT_EQ(subject.send("x"), stdin_outcome::closed);
}

TEST_F(StdinPipe, MayBeClosedWhileTextWaits) {
    EXPECT_EQ(subject.send(std::string(500'000, 'x')), stdin_outcome::taken);
    subject.close();
    EXPECT_EQ(subject.send("x"), stdin_outcome::closed);
    control.restart();
    control.run();
}

TEST_F(StdinPipe, WithoutAPipeItIsClosed) {
    EXPECT_EQ(stdin_pipe().send("x"), stdin_outcome::closed);
}

}  // namespace
}  // namespace ringmaster::io

#include "io/listener_stdout.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <string>

#include "io/posix.hpp"

namespace ringmaster::io {
namespace {

class ListenerStdout : public testing::Test {
protected:
    ListenerStdout() {
        ::signal(SIGPIPE, SIG_IGN);  // as in the daemon
        auto ends = make_pipe();
        EXPECT_TRUE(ends);
        writer = std::move(ends->write);
        auto opened = listener_stdout::open(control.get_executor(), std::move(ends->read),
                                            [this](std::string_view bytes) {
                                                heard += bytes;
                                                if (bytes.find('!') != std::string_view::npos)
                                                    released = subject.release();
                                                if (bytes.find('?') != std::string_view::npos)
                                                    subject.pause();
                                            });
        EXPECT_TRUE(opened);
        subject = std::move(*opened);
    }

    void say(std::string_view text) const { EXPECT_FALSE(write_all(writer.get(), text)); }
    std::string hear() {
        control.restart();
        control.poll();
        return std::exchange(heard, {});
    }

    asio::io_context control;
    unique_fd writer;
    unique_fd released;
    std::string heard;
    listener_stdout subject;
};

TEST_F(ListenerStdout, HearsWhatComes) {
    EXPECT_EQ(hear(), "");
    say("READY\n");
    EXPECT_EQ(hear(), "READY\n");
    const std::string much(20'000, 'x');
    say(much);
    EXPECT_EQ(hear(), much);
}

TEST_F(ListenerStdout, HearsNothingBetweenPauseAndResume) {
    say("?");
    EXPECT_EQ(hear(), "?");
    say("more");
    EXPECT_EQ(hear(), "");
    subject.resume();
    EXPECT_EQ(hear(), "more");
}

TEST_F(ListenerStdout, HearsTheRestWhenTheListenerIsDead) {
    say("?");
    EXPECT_EQ(hear(), "?");
    const std::string rest(20'000, 'x');
    say(rest);
    subject.finish();
    EXPECT_EQ(heard, rest) << "at once, though it was paused";
    EXPECT_LT(::write(writer.get(), "x", 1), 0) << "nobody reads any more";
}

TEST_F(ListenerStdout, LeavesTheRestToTheNextReader) {
    say("!");
    EXPECT_EQ(hear(), "!");
    say("rest");
    EXPECT_EQ(hear(), "");
    char rest[8];
    ASSERT_EQ(::read(released.get(), rest, sizeof rest), 4);
    EXPECT_EQ(std::string_view(rest, 4), "rest");
}

TEST_F(ListenerStdout, MayLeaveTheRestAlsoWhenTheListenerIsDead) {
    say(std::string(4096, '!') + "rest");
    subject.finish();
    EXPECT_EQ(heard, std::string(4096, '!'));
    char rest[8];
    EXPECT_EQ(::read(released.get(), rest, sizeof rest), 4);
}

TEST_F(ListenerStdout, EndsWithThePipe) {
    say("last");
    writer.reset();
    EXPECT_EQ(hear(), "last");
    control.restart();
    EXPECT_EQ(control.run(), 0U) << "nothing is waited for";
    subject.finish();
    EXPECT_EQ(heard, "");
}

TEST_F(ListenerStdout, MayBeDestroyedWhileItWaits) {
    subject = listener_stdout();
    EXPECT_EQ(hear(), "");
    subject.resume();
    subject.finish();
    EXPECT_FALSE(subject.release());
}

}  // namespace
}  // namespace ringmaster::io

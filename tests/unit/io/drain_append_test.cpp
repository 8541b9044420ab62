// Streams whose bytes are given to the data plane by the control thread, instead of by a pipe.
#include <gmock/gmock.h>

#include "unit/io/drain_fixture.hpp"

namespace ringmaster::io {
namespace {

using ::testing::ElementsAre;

class DrainAppend : public Drain {
protected:
    stream_id add_without_pipe(log_target log, bool strip_ansi = false) {
        stream_spec spec;
        spec.log = std::move(log);
        spec.strip_ansi = strip_ansi;
        spec.credit = credit;
        return plane->add(std::move(spec));
    }
    stream_id add_without_pipe(const std::string& name, bool strip_ansi = false) {
        const auto path = dir.file(name);
        auto file = open_file(path, O_WRONLY | O_CREAT | O_APPEND);
        EXPECT_TRUE(file);
        return add_without_pipe({std::move(*file), path, 0, 0}, strip_ansi);
    }
    bool append(stream_id id, std::string bytes) {
        return plane->append(id, credit, std::move(bytes));
    }

    std::shared_ptr<byte_credit> credit = std::make_shared<byte_credit>();
};

TEST_P(DrainAppend, AppendedBytesGoToTheLogThroughItsFilter) {
    open();
    const auto stream = add_without_pipe("log", true);
    EXPECT_TRUE(append(stream, "one "));
    EXPECT_TRUE(append(stream, "\x1B[1mtwo\n"));
    finish_all({stream});
    EXPECT_EQ(content_of(dir.file("log")), "one two\n");
}

TEST_P(DrainAppend, APipeMayFollowAndItsBytesComeBehind) {
    open();
    const auto stream = add_without_pipe("log");
    auto pipe = make_pipe();
    ASSERT_TRUE(pipe);
    ASSERT_FALSE(write_all(pipe->write.get(), "piped\n"));
    EXPECT_TRUE(append(stream, "appended\n"));
    plane->read_from(stream, std::move(pipe->read));
    ASSERT_TRUE(eventually([&] { return content_of(dir.file("log")) == "appended\npiped\n"; }));
    ASSERT_FALSE(write_all(pipe->write.get(), "more\n"));
    finish_all({stream});
    EXPECT_EQ(content_of(dir.file("log")), "appended\npiped\nmore\n");
}

TEST_P(DrainAppend, WhoAppendsALotIsToldWhenThereIsRoomAgain) {
    open();
    const auto stream = add_without_pipe("log");
    const std::string half(byte_credit::limit / 2, 'x');
    EXPECT_TRUE(append(stream, half + "x"));
    (void)append(stream, half);
    ASSERT_TRUE(control.run_until([&] { return !control.with_room.empty(); }));
    EXPECT_EQ(control.with_room.front(), stream);
    EXPECT_TRUE(eventually([&] { return credit->take(0) == false; }));
    finish_all({stream});
    EXPECT_EQ(content_of(dir.file("log")).size(), 2 * half.size() + 1);
}

TEST_P(DrainAppend, AFullPipeAsLogGivesNothingBackUntilItIsRead) {
    open();
    auto log = make_pipe();
    ASSERT_TRUE(log);
    ASSERT_FALSE(set_nonblocking(log->write.get()));
    const auto stream = add_without_pipe({std::move(log->write), "/a/pipe", 0, 0});
    const auto room = static_cast<std::size_t>(::fcntl(log->read.get(), F_GETPIPE_SZ));
    const std::string much(room + byte_credit::limit, 'x');
    EXPECT_FALSE(append(stream, much));
    // A command that is answered: all before it was carried out.
    const auto other = add_without_pipe("other");
    EXPECT_FALSE(clear({{}, other, dir.file("other")}));
    EXPECT_TRUE(credit->is_full());
    EXPECT_FALSE(append(stream, "last")) << "taken nevertheless";
    std::string got;
    std::string part(room, '\0');
    while (got.size() < much.size() + 4) {
        const auto size = ::read(log->read.get(), part.data(), part.size());
        ASSERT_GT(size, 0);
        got.append(part, 0, static_cast<std::size_t>(size));
    }
    EXPECT_EQ(got, much + "last");
    ASSERT_TRUE(control.run_until([&] { return !control.with_room.empty(); }));
    EXPECT_THAT(control.with_room, ElementsAre(stream));
    finish_all({stream, other});
}

INSTANTIATE_TEST_SUITE_P(Engines, DrainAppend, both_engines, engine_name);

}  // namespace
}  // namespace ringmaster::io

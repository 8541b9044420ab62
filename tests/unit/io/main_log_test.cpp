// The daemon's own log, written by the caller and by a thread.
#include "io/main_log.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <string>

#include "unit/io/drain_fixture.hpp"
#include "unit/io/stuck_file.hpp"

namespace ringmaster::io {
namespace {

using core::log_level;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

/// Waits until all lines are in the file, however slow the disk is today.
void settle(main_log& log) {
    while (!log.settle()) {
    }
}

/// Whether a thread does the writing.
class MainLog : public testing::TestWithParam<bool> {
protected:
    main_log open(std::int64_t maxbytes = 0, int backups = 0) {
        main_log_options options;
        options.path = path;
        options.maxbytes = maxbytes;
        options.backups = backups;
        auto made = main_log::open(std::move(options)).value();
        if (GetParam()) made.write_behind();
        return made;
    }

    scratch_dir dir;
    std::string path = dir.file("main.log");
};

TEST_P(MainLog, ARecordIsALineWithTimeAndLevel) {
    auto log = open();
    log.write(log_level::warn, "something");
    log.write(log_level::debug, "of no interest");
    settle(log);
    EXPECT_THAT(content_of(path), MatchesRegex("[0-9-]{10} [0-9:]{8},[0-9]{3} WARN something\n"));
}

TEST_P(MainLog, IsRotatedBehindTheRecordThatFillsIt) {
    auto log = open(100, 50);
    for (int i = 0; i < 40; ++i) log.write(log_level::info, fmt::format("record {:04}", i));
    settle(log);
    // 41 bytes a record: the third reaches the 100.
    EXPECT_THAT(content_of(path), HasSubstr("record 0039"));
    EXPECT_EQ(content_of(path).size(), 41U);
    for (int nth = 1; nth <= 13; ++nth)
        EXPECT_EQ(content_of(fmt::format("{}.{}", path, nth)).size(), 123U) << nth;
    EXPECT_THAT(content_of(path + ".13"), HasSubstr("record 0000"));
}

TEST_P(MainLog, ClearBeginsANewFile) {
    auto log = open();
    log.write(log_level::info, "old");
    EXPECT_FALSE(log.clear());
    log.write(log_level::info, "new");
    settle(log);
    EXPECT_THAT(content_of(path), HasSubstr("new"));
    EXPECT_THAT(content_of(path), Not(HasSubstr("old")));
}

TEST_P(MainLog, AMissingFileIsNotClearedAndStaysMissing) {
    auto log = open();
    ASSERT_EQ(::unlink(path.c_str()), 0);
    EXPECT_EQ(log.clear().value(), ENOENT);
    struct stat info {};
    EXPECT_NE(::stat(path.c_str(), &info), 0);
}

TEST_P(MainLog, ReopenFollowsAnExternalRotation) {
    auto log = open();
    log.write(log_level::info, "old");
    settle(log);
    ASSERT_EQ(::rename(path.c_str(), dir.file("rotated").c_str()), 0);
    log.reopen();
    log.write(log_level::info, "new");
    settle(log);
    EXPECT_THAT(content_of(dir.file("rotated")), HasSubstr("old"));
    EXPECT_THAT(content_of(path), HasSubstr("new"));
}

TEST(MainLogOnADiskThatHangs, IsLeftBehindAndCompletedLater) {
    const scratch_dir dir;
    const auto path = dir.file("main.log");
    const auto stuck = stuck_file::hold(path);
    if (!stuck) GTEST_SKIP() << "this user cannot make a file hang";
    main_log_options options;
    options.path = path;
    auto log = main_log::open(std::move(options)).value();
    log.write_behind();
    log.write(log_level::info, "while it hangs");
    EXPECT_FALSE(log.settle());
    EXPECT_EQ(log.clear().value(), ETIMEDOUT);
    stuck->release();
    log.write(log_level::info, "when it is back");
    settle(log);
    EXPECT_THAT(content_of(path), HasSubstr("when it is back"));
}

INSTANTIATE_TEST_SUITE_P(Writers, MainLog, testing::Bool(),
                         [](const auto& each) { return each.param ? "AThread" : "TheCaller"; });

}  // namespace
}  // namespace ringmaster::io

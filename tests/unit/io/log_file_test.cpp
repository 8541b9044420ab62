#include "io/log_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <ctime>
#include <fstream>
#include <optional>
#include <vector>

#include "io/posix.hpp"
#include "unit/io/scratch_dir.hpp"

namespace ringmaster::io {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

class note_book : public core::log_sink {
public:
    void write(core::log_level, std::string_view text) override { lines.emplace_back(text); }
    bool enabled(core::log_level) const override { return true; }
    std::vector<std::string> lines;
};

class LogFile : public ::testing::Test {
protected:
    log_file open(std::int64_t maxbytes = 0, int backups = 0) {
        return open_at(path, maxbytes, backups);
    }
    static log_file open_at(const std::string& where, std::int64_t maxbytes = 0, int backups = 0) {
        auto file = open_file(where, O_WRONLY | O_CREAT | O_APPEND);
        EXPECT_TRUE(file) << where;
        return log_file{log_target{std::move(*file), where, maxbytes, backups}};
    }

    scratch_dir dir;
    std::string path = dir.file("child.log");
    note_book notes;
};

TEST_F(LogFile, AppendsToWhatIsThere) {
    put_content(path, "before ");
    log_file log = open();
    EXPECT_EQ(log.write("after", notes), 5U);
    EXPECT_EQ(content_of(path), "before after");
}

TEST_F(LogFile, WithoutLimitNeverRotates) {
    log_file log = open(0, 3);
    log.write(std::string(100'000, 'x'), notes);
    EXPECT_EQ(content_of(path).size(), 100'000U);
    EXPECT_FALSE(exists(path + ".1"));
}

TEST_F(LogFile, RotatesAfterTheRecordThatReachesTheLimitAndLeavesAnEmptyLiveFile) {
    log_file log = open(10, 1);
    log.write("123456789", notes);
    EXPECT_FALSE(exists(path + ".1"));
    log.write("0", notes);
    EXPECT_EQ(content_of(path + ".1"), "1234567890");
    EXPECT_EQ(content_of(path), "");
}

TEST_F(LogFile, NeverSplitsARecordThatExceedsTheLimit) {
    log_file log = open(1000, 1);
    const std::string record(65536, 'r');
    log.write(record, notes);
    EXPECT_EQ(content_of(path + ".1"), record);
    EXPECT_EQ(content_of(path), "");
}

TEST_F(LogFile, CountsTheSizeItFoundTowardsTheLimit) {
    put_content(path, "12345678");
    log_file log = open(10, 1);
    log.write("90", notes);
    EXPECT_EQ(content_of(path + ".1"), "1234567890");
}

TEST_F(LogFile, KeepsAsManyBackupsAsConfiguredAndTheNewestIsNumberOne) {
    log_file log = open(3, 2);
    for (const char* record : {"111", "222", "333", "444"}) log.write(record, notes);
    EXPECT_EQ(content_of(path), "");
    EXPECT_EQ(content_of(path + ".1"), "444");
    EXPECT_EQ(content_of(path + ".2"), "333");
    EXPECT_FALSE(exists(path + ".3"));
}

TEST_F(LogFile, WithoutBackupsDiscardsTheContentEachTime) {
    log_file log = open(3, 0);
    log.write("111", notes);
    log.write("22", notes);
    EXPECT_EQ(content_of(path), "22");
    EXPECT_FALSE(exists(path + ".1"));
}

TEST_F(LogFile, WithoutBackupsWhoFollowsTheFileGoesOnFollowingIt) {
    log_file log = open(3, 0);
    const auto follower = open_file(path, O_RDONLY);
    log.write("111", notes);
    log.write("22", notes);
    char bytes[8];
    EXPECT_EQ(::pread(follower->get(), bytes, sizeof bytes, 0), 2);
}

TEST_F(LogFile, WithoutBackupsAFileThatWasMovedAwayKeepsItsContent) {
    log_file log = open(3, 0);
    std::filesystem::rename(path, path + ".kept");
    log.write("111", notes);
    log.write("22", notes);
    EXPECT_EQ(content_of(path + ".kept"), "111");
    EXPECT_EQ(content_of(path), "22");
}

TEST_F(LogFile, LeavesBackupsAboveTheConfiguredNumberAlone) {
    put_content(path + ".3", "from earlier settings");
    log_file log = open(3, 2);
    for (const char* record : {"111", "222", "333"}) log.write(record, notes);
    EXPECT_EQ(content_of(path + ".3"), "from earlier settings");
}

TEST_F(LogFile, AGapInTheBackupsIsNoError) {
    put_content(path + ".2", "old");
    log_file log = open(3, 3);
    log.write("new", notes);
    EXPECT_EQ(content_of(path + ".1"), "new");
    EXPECT_FALSE(exists(path + ".2"));
    EXPECT_EQ(content_of(path + ".3"), "old");
    EXPECT_THAT(notes.lines, IsEmpty());
}

TEST_F(LogFile, ARotationThatCannotRenameKeepsTheContentAndSaysSoOnceAndWhenItWorksAgain) {
    std::filesystem::create_directory(path + ".1");  // a file cannot replace a directory
    log_file log = open(4, 1);
    for (const char* record : {"1234", "5678", "9"}) log.write(record, notes);
    EXPECT_THAT(notes.lines, ElementsAre(HasSubstr("could not rotate " + path)));
    EXPECT_EQ(content_of(path), "123456789");

    std::filesystem::remove(path + ".1");
    log.write("abc", notes);
    EXPECT_EQ(content_of(path + ".1"), "123456789abc");
    EXPECT_EQ(content_of(path), "");
    EXPECT_THAT(notes.lines, ElementsAre(HasSubstr("could not rotate " + path),
                                         "rotating " + path + " works again"));
}

TEST_F(LogFile, ReopenFollowsThePathAfterARename) {
    log_file log = open();
    log.write("old", notes);
    std::filesystem::rename(path, path + ".moved");
    log.write("still old", notes);
    log.reopen(notes);
    log.write("new", notes);
    EXPECT_EQ(content_of(path + ".moved"), "oldstill old");
    EXPECT_EQ(content_of(path), "new");
}

TEST_F(LogFile, AReopenThatFailsKeepsTheOldFileUntilThePathCanBeOpened) {
    const std::string sub = dir.file("sub");
    std::filesystem::create_directory(sub);
    log_file log = open_at(sub + "/child.log");
    std::filesystem::rename(sub, sub + ".moved");
    log.reopen(notes);
    EXPECT_THAT(notes.lines, ElementsAre(HasSubstr("could not reopen " + sub + "/child.log")));
    log.write("kept", notes);
    EXPECT_EQ(content_of(sub + ".moved/child.log"), "kept");

    std::filesystem::create_directory(sub);
    log.write("healed", notes);
    EXPECT_EQ(content_of(sub + "/child.log"), "healed");
}

TEST_F(LogFile, ClearStartsAnEmptyFileAndAMissingFileIsNoError) {
    log_file log = open();
    log.write("gone", notes);
    EXPECT_FALSE(log.clear());
    log.write("first", notes);
    EXPECT_EQ(content_of(path), "first");

    std::filesystem::remove(path);
    EXPECT_FALSE(log.clear());
    log.write("second", notes);
    EXPECT_EQ(content_of(path), "second");
}

TEST_F(LogFile, AFileThatWasRemovedIsMadeAnew) {
    log_file log = open();
    std::filesystem::remove(path);
    log.write("in the new file", notes);
    EXPECT_EQ(content_of(path), "in the new file");
    EXPECT_THAT(notes.lines, IsEmpty());
}

/// Repeats `story` until all of it happens in one second, in which a file is looked at once.
template <class Story>
void within_a_second(Story story) {
    for (std::time_t began = 0; began != std::time(nullptr);) {
        began = std::time(nullptr);
        story();
    }
}

TEST_F(LogFile, WhatWasWrittenToARemovedFileIsCounted) {
    std::optional<log_file> log;
    within_a_second([&] {
        std::filesystem::remove(path);
        notes.lines.clear();
        log.emplace(open());
        log->write("a", notes);
        std::filesystem::remove(path);
        log->write("b", notes);
    });
    std::size_t written = 2;
    for (; !exists(path); ++written) log->write("b", notes);
    EXPECT_EQ(content_of(path), "b");
    EXPECT_THAT(
        notes.lines,
        ElementsAre("could not write " + path + ": it was removed; output is being dropped",
                    HasSubstr(fmt::format("works again; {} bytes of output were dropped since",
                                          written - 1))));
}

/// Waits until the file system's clock has moved.
void let_a_tick_pass(const std::string& probe) {
    std::ofstream(probe) << "first";
    const auto before = std::filesystem::last_write_time(probe);
    while (std::filesystem::last_write_time(probe) == before) std::ofstream(probe) << "next";
}

TEST_F(LogFile, WhatCouldBeReadBeforeTheRemovalIsNoLoss) {
    log_file log = open();
    log.write("a", notes);
    let_a_tick_pass(dir.file("probe"));
    std::filesystem::remove(path);
    log.close(notes);
    EXPECT_THAT(notes.lines, IsEmpty());
}

TEST_F(LogFile, WhatWasWrittenToARemovedFileIsCountedAtItsEnd) {
    within_a_second([this] {
        notes.lines.clear();
        log_file log = open();
        log.write("a", notes);
        std::filesystem::remove(path);
        log.write("four", notes);
        log.close(notes);
    });
    EXPECT_THAT(notes.lines,
                Contains(HasSubstr("closed " + path + "; 5 bytes of output were dropped since")));
}

TEST_F(LogFile, WhatWasWrittenToARemovedFileIsCountedWhenItWouldBeRotated) {
    within_a_second([this] {
        notes.lines.clear();
        std::filesystem::remove(path);
        log_file log = open(8, 1);
        log.write("a", notes);
        std::filesystem::remove(path);
        log.write("ten bytes.", notes);
        log.write("more", notes);
    });
    EXPECT_EQ(content_of(path), "more");
    EXPECT_FALSE(exists(path + ".1"));
    EXPECT_THAT(notes.lines, Contains(HasSubstr("11 bytes of output were dropped since")));
}

TEST_F(LogFile, AFileThatWasRemovedWithItsDirectoryComesBackWithIt) {
    const std::string sub = dir.file("sub");
    std::filesystem::create_directory(sub);
    log_file log = open_at(sub + "/child.log");
    std::filesystem::remove_all(sub);
    log.write("lost", notes);
    EXPECT_THAT(notes.lines, ElementsAre(HasSubstr("No such file or directory; output is being")));
    std::filesystem::create_directory(sub);
    log.write("kept", notes);
    EXPECT_EQ(content_of(sub + "/child.log"), "kept");
    EXPECT_THAT(notes.lines.back(), HasSubstr("works again; 4 bytes of output were dropped"));
}

TEST_F(LogFile, AFullDiskIsReportedOnceAndTheLossAtTheEnd) {
    log_file log = open_at("/dev/full", 10, 1);
    EXPECT_EQ(log.write("lost", notes), 4U);
    EXPECT_EQ(log.write("lost too", notes), 8U);
    EXPECT_THAT(notes.lines, ElementsAre("could not write /dev/full: No space left on device; "
                                         "output is being dropped"));
    log.close(notes);
    EXPECT_THAT(notes.lines.back(), HasSubstr("12 bytes of output were dropped"));
    EXPECT_TRUE(exists("/dev/full"));
}

TEST_F(LogFile, StandardOutputIsNotRotatedOrRemovedEvenIfItIsARegularFile) {
    auto file = open_file(path, O_WRONLY | O_CREAT | O_APPEND);
    ASSERT_TRUE(file);
    const std::string device = "/proc/self/fd/" + std::to_string(file->get());
    const std::string link = dir.file("link");
    std::filesystem::create_symlink(device, link);
    for (const std::string& name : {device, link}) {
        log_file log{log_target{unique_fd{::dup(file->get())}, name, 4, 1}};
        log.write("12345", notes);
        log.reopen(notes);
        EXPECT_FALSE(log.clear());
    }
    EXPECT_EQ(content_of(path), "1234512345");
    EXPECT_TRUE(std::filesystem::is_symlink(link));
    EXPECT_FALSE(exists(link + ".1"));
    EXPECT_THAT(notes.lines, IsEmpty());
}

TEST_F(LogFile, AFileWhosePathBecameALinkToADeviceIsStillReopened) {
    for (const bool removed : {false, true}) {
        log_file log = open();
        log.write("before", notes);
        if (removed)
            std::filesystem::remove(path);
        else
            std::filesystem::rename(path, path + ".old");
        std::filesystem::create_symlink("/dev/null", path);
        log.reopen(notes);
        log.write("after", notes);
        if (!removed) {
            EXPECT_EQ(content_of(path + ".old"), "before");
        }
        EXPECT_TRUE(std::filesystem::is_symlink(path));
        EXPECT_EQ(std::filesystem::read_symlink(fmt::format("/proc/self/fd/{}", log.descriptor())),
                  "/dev/null");
        std::filesystem::remove(path);
    }
    EXPECT_THAT(notes.lines, IsEmpty());
}

class LogFifo : public LogFile {
protected:
    void SetUp() override {
        ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
        before_ = ::signal(SIGPIPE, SIG_IGN);
        reader = open_reader();
    }
    void TearDown() override { ::signal(SIGPIPE, before_); }

    unique_fd open_reader() const { return std::move(*open_file(fifo, O_RDONLY | O_NONBLOCK)); }
    std::string read_all() const {
        std::string text;
        char chunk[4096];
        for (ssize_t got; (got = ::read(reader.get(), chunk, sizeof chunk)) > 0;)
            text.append(chunk, static_cast<std::size_t>(got));
        return text;
    }

    std::string fifo = dir.file("fifo");
    unique_fd reader;

private:
    void (*before_)(int) = nullptr;
};

TEST_F(LogFifo, WritingThatWorksAgainIsReportedWithTheNumberOfDroppedBytes) {
    log_file log = open_at(fifo);
    reader.reset();
    log.write("12345", notes);
    log.write("678", notes);
    EXPECT_THAT(notes.lines, ElementsAre(HasSubstr("Broken pipe; output is being dropped")));

    reader = open_reader();
    log.write("heard", notes);
    ASSERT_EQ(notes.lines.size(), 2U);
    EXPECT_THAT(notes.lines[1], MatchesRegex("writing " + fifo +
                                             " works again; 8 bytes of output were dropped since "
                                             "20..-..-.. ..:..:.."));
    EXPECT_EQ(read_all(), "heard");
}

TEST_F(LogFifo, TroubleThatComesAndGoesIsReportedOnceAndSummedUp) {
    log_file log = open_at(fifo);
    for (int flip = 0; flip < 50; ++flip) {
        reader.reset();
        log.write("12345", notes);
        reader = open_reader();
        log.write("heard", notes);
    }
    EXPECT_THAT(notes.lines, ElementsAre(HasSubstr("output is being dropped"),
                                         HasSubstr("5 bytes of output were dropped")));
    log.close(notes);
    EXPECT_THAT(notes.lines.back(), HasSubstr("245 bytes of output were dropped since"));
}

TEST_F(LogFifo, TroubleThatLastsLongerThanTheQuietTimeIsReportedEachTime) {
    log_file log({std::move(*open_file(fifo, O_WRONLY)), fifo, 0, 0}, log_file::clock::duration{0});
    for (int flip = 0; flip < 2; ++flip) {
        reader.reset();
        log.write("12345", notes);
        reader = open_reader();
        log.write("heard", notes);
    }
    EXPECT_THAT(
        notes.lines,
        ElementsAre(HasSubstr("output is being dropped"), HasSubstr("works again; 5 bytes"),
                    HasSubstr("output is being dropped"), HasSubstr("works again; 5 bytes")));
}

TEST_F(LogFifo, AFullPipeTakesPartOfARecordAndNeverBlocks) {
    log_file log = open_at(fifo);
    const std::string record(1'000'000, 'x');
    const std::size_t taken = log.write(record, notes);
    EXPECT_LT(taken, record.size());
    EXPECT_EQ(log.write("more", notes), 0U);
    EXPECT_EQ(read_all().size(), taken);
    EXPECT_EQ(log.write("more", notes), 4U);
    EXPECT_THAT(notes.lines, IsEmpty());
}

TEST_F(LogFifo, IsNeverRotatedRemovedOrReopened) {
    log_file log = open_at(fifo, 4, 1);
    log.write("12345678", notes);
    log.reopen(notes);
    EXPECT_FALSE(log.clear());
    log.write("9", notes);
    EXPECT_EQ(read_all(), "123456789");
    EXPECT_FALSE(exists(fifo + ".1"));
    EXPECT_TRUE(exists(fifo));
    EXPECT_THAT(notes.lines, IsEmpty());
}

TEST_F(LogFifo, ASharedDescriptorStaysBlockingForItsOtherUsers) {
    auto shared = open_file(fifo, O_WRONLY);
    ASSERT_TRUE(shared);
    log_file log{log_target{unique_fd{::dup(shared->get())}, fifo, 0, 0}};
    log.write("x", notes);
    EXPECT_EQ(::fcntl(shared->get(), F_GETFL) & O_NONBLOCK, 0);
}

TEST_F(LogFile, WithoutADescriptorDiscardsEverything) {
    log_file log{log_target{}};
    EXPECT_EQ(log.write("nothing", notes), 7U);
    EXPECT_FALSE(log.clear());
    log.reopen(notes);
    EXPECT_THAT(notes.lines, IsEmpty());
}

}  // namespace
}  // namespace ringmaster::io

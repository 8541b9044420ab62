#include "http/log_stream.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

namespace ringmaster::http {
namespace {

namespace fs = std::filesystem;

class LogFollower : public testing::Test {
protected:
    LogFollower() {
        std::string name = (fs::temp_directory_path() / "log_follower.XXXXXX").string();
        directory = ::mkdtemp(name.data());
        path = (directory / "log").string();
    }
    ~LogFollower() override { fs::remove_all(directory); }

    void append(const std::string& text) { std::ofstream{path, std::ios::app} << text; }
    void replace(const std::string& text) {
        fs::rename(path, path + ".1");
        append(text);
    }
    log_follower open() { return std::move(log_follower::open(path).value()); }

    fs::path directory;
    std::string path;
};

TEST_F(LogFollower, BeginsAtTheStartOfASmallFile) {
    append(std::string(1023, 'x'));
    EXPECT_EQ(open().next(), std::string(1023, 'x'));
}

TEST_F(LogFollower, Begins1024BytesBeforeTheEndOfALargerOne) {
    append("abc" + std::string(1024, 'x'));
    EXPECT_EQ(open().next(), std::string(1024, 'x'));
}

TEST_F(LogFollower, GivesNewBytesOnceAndNothingInBetween) {
    append("a\xff\n");
    log_follower log = open();
    EXPECT_EQ(log.next(), "a\xff\n");
    EXPECT_EQ(log.next(), "");
    append("b");
    append("c");
    EXPECT_EQ(log.next(), "bc");
    EXPECT_EQ(log.next(), "");
}

TEST_F(LogFollower, FinishesARotatedFileAndGoesOnWithTheNewOne) {
    append("old ");
    log_follower log = open();
    EXPECT_EQ(log.next(), "old ");
    append("end of old");
    replace("new");
    EXPECT_EQ(log.next(), "end of old");
    EXPECT_EQ(log.next(), "new");
    EXPECT_EQ(log.next(), "");
}

TEST_F(LogFollower, KeepsTheOldFileWhileThereIsNoNewOne) {
    append("old");
    log_follower log = open();
    EXPECT_EQ(log.next(), "old");
    fs::remove(path);
    EXPECT_EQ(log.next(), "");
    append("new");
    EXPECT_EQ(log.next(), "new");
}

TEST_F(LogFollower, SaysThatAFileWasTruncatedAndStartsOver) {
    append("something long");
    log_follower log = open();
    (void)log.next();
    fs::resize_file(path, 0);
    append("short");
    EXPECT_EQ(log.next(), "==> File truncated <==\n");
    EXPECT_EQ(log.next(), "short");
}

TEST_F(LogFollower, GivesALongBacklogInBoundedPieces) {
    append("x");
    log_follower log = open();
    (void)log.next();
    append(std::string(1'000'000, 'y'));
    std::size_t total = 0;
    for (std::string piece = log.next(); !piece.empty(); piece = log.next()) {
        EXPECT_LE(piece.size(), 64u * 1024);
        total += piece.size();
    }
    EXPECT_EQ(total, 1'000'000u);
}

TEST_F(LogFollower, FollowsRegularFilesOnly) {
    EXPECT_FALSE(log_follower::open(path));
    EXPECT_FALSE(log_follower::open(directory.string()));
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    EXPECT_FALSE(log_follower::open(path));
}

}  // namespace
}  // namespace ringmaster::http

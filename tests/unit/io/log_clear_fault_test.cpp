// Emptying a log on a disk that does not let the new file be opened.
#include <fcntl.h>
#include <gmock/gmock.h>

#include "io/disk_calls.hpp"
#include "io/log_file.hpp"
#include "unit/io/scratch_dir.hpp"

namespace ringmaster::io {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class note_book final : public core::log_sink {
public:
    void write(core::log_level, std::string_view text) override { lines.emplace_back(text); }
    bool enabled(core::log_level) const override { return true; }
    std::vector<std::string> lines;
};

class locked_disk final : public disk_calls {
public:
    result<unique_fd> open(const std::string& path, int flags) override {
        if (locked) return posix_error(EACCES);
        return disk_calls::open(path, flags);
    }
    bool locked = true;
};

class LogOnALockedDisk : public ::testing::Test {
protected:
    log_file open() {
        auto file = open_file(path, O_WRONLY | O_CREAT | O_APPEND);
        EXPECT_TRUE(file);
        return log_file{log_target{std::move(*file), path, 0, 0, &disk}};
    }

    scratch_dir dir;
    std::string path = dir.file("child.log");
    locked_disk disk;
    note_book notes;
};

TEST_F(LogOnALockedDisk, WhatFollowsAClearIsCountedUntilTheNewFileCanBeOpened) {
    log_file log = open();
    log.write("old", notes);
    EXPECT_TRUE(log.clear());
    log.write("between", notes);
    EXPECT_THAT(notes.lines, ElementsAre(HasSubstr("Permission denied; output is being dropped")));

    disk.locked = false;
    log.write("after", notes);
    EXPECT_EQ(content_of(path), "after");
    EXPECT_THAT(notes.lines, ElementsAre(HasSubstr("is being dropped"),
                                         HasSubstr("works again; 7 bytes of output were dropped")));
}

TEST_F(LogOnALockedDisk, AFailedReopenKeepsWritingToAFileThatOnlyMoved) {
    log_file log = open();
    std::filesystem::rename(path, path + ".moved");
    log.reopen(notes);
    notes.lines.clear();
    log.write("kept", notes);
    EXPECT_EQ(content_of(path + ".moved"), "kept");
    EXPECT_THAT(notes.lines, IsEmpty());
}

}  // namespace
}  // namespace ringmaster::io

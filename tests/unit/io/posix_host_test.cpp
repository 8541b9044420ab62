#include "io/posix_host.hpp"

#include <cstdlib>

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/io/scratch_dir.hpp"

namespace ringmaster::io {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class PosixHost : public testing::Test {
protected:
    std::string write(const std::string& name, const std::string& text) {
        put_content(scratch_.file(name), text);
        return scratch_.file(name);
    }

    const scratch_dir scratch_;
    const std::string directory_ = std::filesystem::path(scratch_.file("x")).parent_path();
    const posix_host host_;
};

TEST_F(PosixHost, ReadsFilesAndTellsMissingFromUnreadable) {
    const std::string text("a\0b\n", 4);
    EXPECT_EQ(*host_.read_file(write("a", text)), text);
    EXPECT_EQ(host_.read_file(directory_ + "/b").error(), core::read_failure::missing);
    EXPECT_EQ(host_.read_file(directory_ + "/a/b").error(), core::read_failure::missing);
    EXPECT_EQ(host_.read_file(directory_).error(), core::read_failure::unreadable);
}

TEST_F(PosixHost, GlobsInByteOrderWithoutHiddenFiles) {
    for (const char* name : {"b.conf", "B.conf", "a.conf", ".hidden.conf", "x.ini"})
        write(name, "");
    EXPECT_THAT(
        host_.glob(directory_ + "/*.conf"),
        ElementsAre(directory_ + "/B.conf", directory_ + "/a.conf", directory_ + "/b.conf"));
    EXPECT_THAT(host_.glob(directory_ + "/x.ini"), ElementsAre(directory_ + "/x.ini"));
    EXPECT_THAT(host_.glob(directory_ + "/[ab].conf"),
                ElementsAre(directory_ + "/a.conf", directory_ + "/b.conf"));
    EXPECT_THAT(host_.glob(directory_ + "/none*"), IsEmpty());
}

TEST_F(PosixHost, TellsDirectoriesFromFiles) {
    const auto file = write("a", "");
    EXPECT_TRUE(host_.exists(file));
    EXPECT_FALSE(host_.is_directory(file));
    EXPECT_TRUE(host_.is_directory(directory_));
    EXPECT_FALSE(host_.exists(directory_ + "/b"));
}

TEST_F(PosixHost, FindsAccounts) {
    const auto root = host_.find_user(std::string("root"));
    ASSERT_TRUE(root);
    EXPECT_EQ(root->uid, 0U);
    EXPECT_EQ(root->groups.at(0), root->gid);
    EXPECT_EQ(host_.find_user(std::uint32_t{0})->name, "root");
    EXPECT_FALSE(host_.find_user(std::string("no such user")));
    EXPECT_FALSE(host_.find_user(std::uint32_t{0xFFFFFFF0}));
    EXPECT_EQ(host_.find_group("root"), 0U);
    EXPECT_FALSE(host_.find_group("no such group"));
    EXPECT_TRUE(host_.group_exists(0));
    EXPECT_FALSE(host_.group_exists(0xFFFFFFF0));
    EXPECT_TRUE(host_.home_directory("root"));
    EXPECT_FALSE(host_.home_directory("no such user"));
}

TEST_F(PosixHost, SeesTheProcessEnvironment) {
    ::setenv("RINGMASTER_TEST_VARIABLE", "a=b", 1);
    EXPECT_EQ(host_.process_environment().at("RINGMASTER_TEST_VARIABLE"), "a=b");
    ::unsetenv("RINGMASTER_TEST_VARIABLE");
    EXPECT_FALSE(host_.process_environment().contains("RINGMASTER_TEST_VARIABLE"));
}

TEST_F(PosixHost, TemporaryDirectoryIsTheFirstThatCanBeWritten) {
    ::setenv("TMPDIR", (directory_ + "/missing").c_str(), 1);
    ::setenv("TEMP", (directory_ + "/.").c_str(), 1);
    EXPECT_EQ(host_.temporary_directory(), directory_);
    ::unsetenv("TMPDIR");
    ::unsetenv("TEMP");
}

}  // namespace
}  // namespace ringmaster::io

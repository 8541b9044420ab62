#include "core/machine_types.hpp"

#include <gtest/gtest.h>

#include "support/fake_host.hpp"

namespace ringmaster::core {
namespace {

TEST(MachineTypes, DirectoriesMustExist) {
    const test::fake_host machine;
    machine_types types(machine, machine.cwd);
    EXPECT_EQ(*types.existing_directory("~"), "/home/joe");
    EXPECT_EQ(types.existing_directory("~/no").error().text(), "~/no is not an existing directory");
}

TEST(MachineTypes, DirpathsNeedOnlyTheirParent) {
    const test::fake_host machine;
    machine_types types(machine, machine.cwd);
    EXPECT_EQ(*types.existing_dirpath("x.log"), "x.log");
    EXPECT_EQ(*types.existing_dirpath("/x.log"), "/x.log");
    EXPECT_EQ(*types.existing_dirpath("~joe/x.log"), "/home/joe/x.log");
    EXPECT_EQ(types.existing_dirpath("~nosuch/x").error().text(),
              "The directory named as part of the path ~nosuch/x does not exist");
}

TEST(MachineTypes, UsersByNameAndNumber) {
    const test::fake_host machine;
    machine_types types(machine, machine.cwd);
    EXPECT_EQ(types.user("joe")->uid, 1000U);
    EXPECT_EQ(types.user(" 1000 ")->name, "joe");
    EXPECT_EQ(types.user("jim").error().text(), "Invalid user name jim");
    EXPECT_EQ(types.user("77").error().text(), "Invalid user id 77");
    EXPECT_EQ(types.user("-1").error().text(), "Invalid user id -1");
    EXPECT_EQ(types.user("4294967296").error().text(), "Invalid user id 4294967296");
}

TEST(MachineTypes, OwnersWithAndWithoutGroup) {
    const test::fake_host machine;
    machine_types types(machine, machine.cwd);
    EXPECT_EQ(*types.user_and_group("joe"), (ownership{1000, std::nullopt}));
    EXPECT_EQ(*types.user_and_group("1000:users"), (ownership{1000, 100}));
    EXPECT_EQ(*types.user_and_group("joe:100"), (ownership{1000, 100}));
    for (const std::string_view text :
         {"", ":users", "joe:", "joe:nosuch", "joe:4711", "jim:users"})
        EXPECT_EQ(types.user_and_group(text).error().text(),
                  "Invalid user:group definition " + std::string(text));
}

}  // namespace
}  // namespace ringmaster::core

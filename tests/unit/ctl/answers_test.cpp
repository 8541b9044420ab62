#include "ctl/answers.hpp"

#include <gtest/gtest.h>

#include <string>

namespace ringmaster::ctl {
namespace {

using rpc::array;
using rpc::structure;
using rpc::value;

value names(std::initializer_list<std::string> list) {
    array items;
    for (const auto& one : list) items.push_back({one});
    return {items};
}

TEST(ProcessName, SplitsAtTheFirstColon) {
    EXPECT_EQ(split_name("cat").group, "cat");
    EXPECT_EQ(split_name("cat").name, "cat");
    EXPECT_EQ(split_name("g:p:q").group, "g");
    EXPECT_EQ(split_name("g:p:q").name, "p:q");
    EXPECT_TRUE(split_name("g:*").whole_group());
    EXPECT_TRUE(split_name("g:").whole_group());
}

TEST(Answers, ConfigurationChangesAreThreeListsInAListOfOne) {
    const value answer{array{{array{names({"a"}), names({}), names({"r", "s"})}}}};
    const auto changes = read_changes(answer);
    ASSERT_TRUE(changes);
    EXPECT_EQ(changes->added, std::vector<std::string>{"a"});
    EXPECT_TRUE(changes->changed.empty());
    EXPECT_EQ(changes->removed, (std::vector<std::string>{"r", "s"}));
}

TEST(Answers, WhatHasAnotherShapeIsAFailureAndNotACrash) {
    EXPECT_FALSE(read_processes({std::string{"text"}}));
    EXPECT_FALSE(read_processes({array{{std::int64_t{1}}}}));
    EXPECT_FALSE(read_processes({array{{structure{{"group", {std::int64_t{1}}}}}}}));
    EXPECT_FALSE(read_operations({structure{}}));
    EXPECT_FALSE(read_changes({array{}}));
    EXPECT_FALSE(read_changes({array{names({"a", "b", "c"}), names({})}}));
    EXPECT_FALSE(read_config_lines({array{{structure{}}}}));
    EXPECT_FALSE(read_text({std::int64_t{1}}));
    EXPECT_FALSE(read_number({std::string{"1"}}));
}

}  // namespace
}  // namespace ringmaster::ctl

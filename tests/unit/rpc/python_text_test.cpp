#include "rpc/python_text.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace ringmaster::rpc {
namespace {

/// str() of Python 3.11 for each.
TEST(PythonText, PrintsValuesAsPythonDoes) {
    EXPECT_EQ(python_text(value{nil{}}), "None");
    EXPECT_EQ(python_text(value{true}), "True");
    EXPECT_EQ(python_text(value{std::int64_t{-3}}), "-3");
    EXPECT_EQ(python_text(value{3.0}), "3.0");
    EXPECT_EQ(python_text(value{-0.5}), "-0.5");
    EXPECT_EQ(python_text(value{123456789012345.0}), "123456789012345.0");
    EXPECT_EQ(python_text(value{1e16}), "1e+16");
    EXPECT_EQ(python_text(value{1e-05}), "1e-05");
    EXPECT_EQ(python_text(value{std::numeric_limits<double>::infinity()}), "inf");
    EXPECT_EQ(python_text(value{std::string("it's")}), "it's");
}

TEST(PythonText, QuotesTextsInsideOfContainers) {
    const array items{value{std::string("3.0")}, value{3.0}, value{nil{}}};
    EXPECT_EQ(python_text(value{items}), "['3.0', 3.0, None]");
    EXPECT_EQ(python_text(value{structure{{"a", value{std::string("it's")}}, {"b", value{items}}}}),
              "{'a': \"it's\", 'b': ['3.0', 3.0, None]}");
}

}  // namespace
}  // namespace ringmaster::rpc

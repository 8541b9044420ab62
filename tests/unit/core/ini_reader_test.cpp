#include "core/ini_reader.hpp"

#include <gtest/gtest.h>

namespace ringmaster::core {
namespace {

/// The document as text: "[section]" and "name=value" lines, line feeds in values shown as "|".
std::string shape(const ini_document& document) {
    std::string out;
    for (const auto& section : document.sections()) {
        out += "[" + section.name + "]\n";
        for (const auto& option : section.options) {
            auto value = option.value;
            for (char& c : value)
                if (c == '\n') c = '|';
            out += option.name + "=" + value + "\n";
        }
    }
    return out;
}

std::string read(std::string_view text) {
    ini_document document;
    const auto done = document.add_file("f.conf", text);
    return done ? shape(document) : done.error().text;
}

TEST(IniReader, SplitsAtTheFirstDelimiterAndLowersNames) {
    EXPECT_EQ(read("[S]\nKey One = a=b:c\nother:x = y\nempty=\n"),
              "[S]\nkey one=a=b:c\nother=x = y\nempty=\n");
}

TEST(IniReader, CommentsNeedABlankBeforeThem) {
    EXPECT_EQ(read("; x\n  # y\n[s]\na=1;2 ; three\nb=1#2 # three\nc=';' ; d\n#e=1\n"),
              "[s]\na=1;2\nb=1#2\nc=';'\n");
}

TEST(IniReader, IndentedLinesContinueAValue) {
    EXPECT_EQ(read("[s]\na=1\n  b=2\n\n   [x]\n ; comment\n\tlast\nc=3\n"),
              "[s]\na=1|b=2||[x]|last\nc=3\n");
    EXPECT_EQ(read("[s]\n   a=1\n   b=2\n"), "[s]\na=1\nb=2\n");
}

TEST(IniReader, BlankLinesBelongToTheValueButNotAtItsEnd) {
    EXPECT_EQ(read("[s]\na=1\n\n\nb=2\n"), "[s]\na=1\nb=2\n");
    EXPECT_EQ(read("[s]\na=\n  x\n\n  y\n"), "[s]\na=|x||y\n");
}

TEST(IniReader, HeadersReachToTheLastBracket) {
    EXPECT_EQ(read("[a]junk\n[b]]\n[ c d ]\n[]=x\n"), "[a]\n[b]]\n[ c d ]\n[]=x\n");
}

TEST(IniReader, SectionsMergeAndTheLastValueWins) {
    EXPECT_EQ(read("[a]\nx=1\ny=2\n[b]\n[a]\nX=3\n"), "[a]\nx=3\ny=2\n[b]\n");
}

TEST(IniReader, KnowsAllLineEnds) {
    EXPECT_EQ(read("[a]\r\nx=1\r\n y\ry=2\rz=3"), "[a]\nx=1|y\ny=2\nz=3\n");
}

TEST(IniReader, HasNoLimitOnLengths) {
    const std::string name(300, 'n');
    const std::string value(200'000, 'v');
    EXPECT_EQ(read("[" + name + "]\n" + name + "=" + value + "\n"),
              "[" + name + "]\n" + name + "=" + value + "\n");
}

TEST(IniReader, ManyOptionsInOneSection) {
    std::string text = "[s]\n";
    for (int i = 0; i < 50'000; ++i) text += "o" + std::to_string(i) + "=%(here)s\n";
    text += "O5=five\nO40000=forty\n";
    ini_document document;
    ASSERT_TRUE(document.add_file("f.conf", text, "/etc"));
    EXPECT_EQ(document.find("s")->options.size(), 50'000U);
    EXPECT_EQ(document.find("s")->options.back().value, "/etc");
    EXPECT_EQ(document.find("s")->options[5].value, "five");
    EXPECT_EQ(document.find("s")->options[40'000].value, "forty");
}

TEST(IniReader, ReportsAllBadLines) {
    EXPECT_EQ(read("[s]\nfoo\na=1\n=x\n[x\n"),
              "Source contains parsing errors: 'f.conf'\n\t[line  2]: 'foo\\n'\n\t[line  4]: "
              "'=x\\n'\n\t[line  5]: '[x\\n'");
    EXPECT_EQ(read(std::string("[s]\na\0b=1\n", 10)),
              "Source contains parsing errors: 'f.conf'\n\t[line  2]: 'a\\x00b=1\\n'");
    EXPECT_EQ(read(std::string("[s]\na=1\n \0\n", 11)),
              "Source contains parsing errors: 'f.conf'\n\t[line  3]: ' \\x00\\n'");
}

TEST(IniReader, TextBeforeTheFirstSectionIsFatal) {
    EXPECT_EQ(read("; fine\nx=1\ny\n[s]\n"),
              "File contains no section headers.\nfile: 'f.conf', line: 2\n'x=1\\n'");
    EXPECT_EQ(read("\xEF\xBB\xBF[s]\n"),
              "File contains no section headers.\nfile: 'f.conf', line: 1\n'\\ufeff[s]\\n'");
}

TEST(IniReader, DefaultsShowThroughEverySection) {
    ini_document document;
    ASSERT_TRUE(document.add_file("f.conf", "[s]\na=1\n[DEFAULT]\na=2\nb=3\n"));
    ASSERT_EQ(document.sections().size(), 1U);
    const auto& section = document.sections().front();
    EXPECT_EQ(document.find(section, "a")->value, "1");
    EXPECT_EQ(document.find(section, "b")->value, "3");
    EXPECT_EQ(document.find(section, "c"), nullptr);
}

TEST(IniReader, RemembersWhereThingsWere) {
    ini_document document;
    ASSERT_TRUE(document.add_file("a.conf", "[s]\na=1\n"));
    ASSERT_TRUE(document.add_file("b.conf", "\n[s]\nb=\n 2\na=3\n"));
    const auto* section = document.find("s");
    EXPECT_EQ(document.path(section->place), "a.conf");
    const auto* b = document.find(*section, "b");
    EXPECT_EQ(document.path(b->place), "b.conf");
    EXPECT_EQ(b->place.line, 3);
    EXPECT_EQ(document.path(document.find(*section, "a")->place), "b.conf");
}

}  // namespace
}  // namespace ringmaster::core

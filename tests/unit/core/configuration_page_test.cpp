// docs/configuration.md has a table for each section, and its rows are those of the option table.

#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/option_table.hpp"

namespace ringmaster::core {
namespace {

std::string page() {
    const auto root = std::filesystem::path(__FILE__).parent_path() / "../../..";
    std::ifstream file(root / "docs/configuration.md");
    return std::string(std::istreambuf_iterator<char>(file), {});
}

/// "a|b" would be two cells.
std::string cell(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '|') out += '\\';
        out += c;
    }
    return out;
}

std::string table_row(const option& row) {
    const auto fallback = row.required()         ? "required"
                          : row.fallback.empty() ? "–"
                                                 : fmt::format("`{}`", row.fallback);
    const auto letter = row.command_line.letter;
    return fmt::format("| `{}` | {} | {} | {}{}{} |\n", row.name, cell(expectation(row)), fallback,
                       cell(row.help), letter == '\0' ? "" : fmt::format("; `-{}`", letter),
                       row.extension ? "; **not in Supervisor**" : "");
}

std::string table(const option_section& section) {
    std::string out =
        fmt::format("### `{}`\n\n{}\n\n| option | value | default | meaning |\n|---|---|---|---|\n",
                    section.header, section.help);
    for (const auto& row : section.options) out += table_row(row);
    return out;
}

TEST(ConfigurationPage, HasTheRowsOfTheOptionTable) {
    const auto text = page();
    ASSERT_FALSE(text.empty());
    std::size_t rows = 0;
    for (const auto& section : option_sections()) {
        const auto expected = table(section);
        EXPECT_NE(text.find(expected), std::string::npos) << "the page should hold\n" << expected;
        rows += section.options.size();
    }
    // And no other: a removed option must leave the page.
    std::size_t found = 0;
    for (auto at = text.find("\n| `"); at != std::string::npos; at = text.find("\n| `", at + 1))
        ++found;
    EXPECT_EQ(found, rows);
}

}  // namespace
}  // namespace ringmaster::core

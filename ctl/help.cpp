#include "ctl/help.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "ctl/action_table.hpp"
#include "ctl/actions.hpp"

namespace ringmaster::ctl {
namespace {

constexpr std::size_t line_width = 79;
constexpr std::size_t gap = 2;

std::vector<std::size_t> column_widths(std::span<const std::string_view> names, std::size_t rows) {
    std::vector<std::size_t> widths((names.size() + rows - 1) / rows);
    for (std::size_t i = 0; i < names.size(); ++i)
        widths[i / rows] = std::max(widths[i / rows], names[i].size());
    return widths;
}

std::size_t total_width(const std::vector<std::size_t>& widths) {
    return std::accumulate(widths.begin(), widths.end(), gap * (widths.size() - 1));
}

}  // namespace

std::string columns(std::span<const std::string_view> names) {
    if (names.empty()) return {};
    std::size_t rows = 1;
    while (rows < names.size() && total_width(column_widths(names, rows)) > line_width) ++rows;
    const auto widths = column_widths(names, rows);
    std::string out;
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t at = row; at < names.size(); at += rows) {
            if (at != row) out.append(gap, ' ');
            out += names[at];
            out.append(widths[at / rows] - names[at].size(), ' ');
        }
        out += '\n';
    }
    return out;
}

std::string help_overview() {
    constexpr std::string_view heading = "default commands (type help <topic>):";
    std::vector<std::string_view> names;
    for (const auto& entry : all_actions())
        if (!entry.help.empty() && entry.name != "help") names.push_back(entry.name);
    return fmt::format("\n{}\n{}\n{}\n", heading, std::string(heading.size(), '='), columns(names));
}

outcome<void> show_help(session& with, std::string_view topic) {
    const auto* found = find_action(topic);
    if (topic.empty())
        with.out().print(help_overview());
    else if (found != nullptr && !found->help.empty())
        with.out().print(found->help);
    else
        with.out().line(fmt::format("*** No help on {}", topic));
    return {};
}

}  // namespace ringmaster::ctl

#include "ctl/status_table.hpp"

#include <algorithm>
#include <vector>

#include "core/process_info.hpp"
#include "core/text.hpp"

namespace ringmaster::ctl {
namespace {

constexpr std::size_t least_name_width = 30;
constexpr std::size_t name_gap = 3;
constexpr std::size_t state_width = 10;

void append_padded(std::string& out, std::string_view text, std::size_t width) {
    out += text;
    const auto length = core::count_characters(text);
    if (length < width) out.append(width - length, ' ');
}

}  // namespace

std::string padded(std::string_view text, std::size_t width) {
    std::string out;
    append_padded(out, text, width);
    return out;
}

std::string status_table(std::span<const process_line* const> shown) {
    std::vector<std::string> names;
    names.reserve(shown.size());
    std::size_t width = least_name_width;
    for (const auto* process : shown) {
        names.push_back(core::namespec(process->group, process->name));
        width = std::max(width, core::count_characters(names.back()));
    }
    std::string out;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        append_padded(out, names[i], width + name_gap);
        append_padded(out, shown[i]->statename, state_width);
        out += shown[i]->description;
        out += '\n';
    }
    return out;
}

}  // namespace ringmaster::ctl

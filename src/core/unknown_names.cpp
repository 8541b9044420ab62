#include "core/unknown_names.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "core/option_table.hpp"
#include "core/text.hpp"

namespace ringmaster::core {
namespace {

/// Longer names are no slip of the finger, and comparing them would take its time.
constexpr std::size_t longest_compared = 64;
/// Only the client reads these; their options are up to a plug-in.
constexpr std::string_view plugin_prefix = "ctlplugin:";

/// How many letters must be changed, added, dropped or swapped with their neighbour to make one
/// word of the other.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::swap(before_last, last);
        std::swap(last, row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
    }
    return row[b.size()];
}

/// "; did you mean `…`?" for the candidate most like `name`; empty if none is.
class nearest {
public:
    explicit nearest(std::string_view name) : name_(name) {}

    void consider(std::string_view candidate) {
        if (name_.size() > longest_compared) return;
        const auto distance = edit_distance(name_, candidate);
        if (distance > std::max<std::size_t>(1, candidate.size() / 3) || distance >= distance_)
            return;
        distance_ = distance;
        best_ = candidate;
    }
    std::string question(std::string_view rest = {}) const {
        return best_.empty() ? "" : fmt::format("; did you mean `{}{}`?", best_, rest);
    }

private:
    std::string_view name_;
    std::string_view best_;
    std::size_t distance_ = longest_compared;
};

std::string similar_option(section_kind kind, std::string_view name) {
    nearest found(name);
    for (const auto& row : options_of(kind)) found.consider(row.name);
    if (kind == section_kind::listener || kind == section_kind::fcgi)
        for (const auto& row : options_of(section_kind::program)) found.consider(row.name);
    return found.question();
}

/// Compares what is in front of the colon and keeps the rest.
std::string similar_section(std::string_view name) {
    const auto colon = std::min(name.find(':'), name.size());
    const auto lower = to_lower(name.substr(0, colon));
    nearest found(lower);
    for (const auto& section : option_sections()) {
        const auto header = section.header.substr(1, section.header.size() - 2);
        const bool named = header.find(':') != std::string_view::npos;
        if (!named || colon != name.size()) found.consider(header.substr(0, header.find(':')));
    }
    return found.question(name.substr(colon));
}

}  // namespace

std::vector<std::string> find_unknown_names(const ini_document& document) {
    std::vector<std::string> out;
    const auto note = [&](ini_place place, const std::string& text) {
        out.push_back(fmt::format("{}:{}: {}", document.path(place), place.line, text));
    };
    for (const auto& section : document.sections()) {
        if (section.name.starts_with(plugin_prefix)) continue;
        const auto kind = kind_of_section(section.name);
        if (!kind) {
            note(section.place, fmt::format("[{}]: unknown section{}", section.name,
                                            similar_section(section.name)));
            continue;
        }
        for (const auto& option : section.options) {
            if (find_option(*kind, option.name) == nullptr)
                note(option.place, fmt::format("{}: unknown option in [{}]{}", option.name,
                                               section.name, similar_option(*kind, option.name)));
            else if (*kind == section_kind::include && option.place.file > 0)
                note(option.place, "[include] of an included file is not followed");
        }
    }
    return out;
}

}  // namespace ringmaster::core

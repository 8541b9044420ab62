#include "core/load_context.hpp"

#include <fmt/format.h>

#include "core/repr.hpp"

namespace ringmaster::core {
namespace {

constexpr std::size_t longest_shown = 60;

/// A value short enough for a line of help.
std::string shown(std::string_view value) {
    const auto end = value.find('\n');
    const bool whole = end == std::string_view::npos && value.size() <= longest_shown;
    return fmt::format("{}{}", value.substr(0, std::min(end, longest_shown)), whole ? "" : "...");
}

}  // namespace

void load_problems::add(std::string text, std::string hint) {
    if (!found_) error_.text = std::move(text);
    found_ = true;
    if (known_.insert(hint).second) error_.hints.push_back(std::move(hint));
}

std::optional<std::string> section_values::text(std::string_view name, const expansion_names& names,
                                                std::string_view label) {
    const auto* found = find(name);
    if (found == nullptr) return std::nullopt;
    if (found->value.find('%') == std::string::npos) return within_limits(name, found->value);
    const auto done =
        expand(found->value, names,
               label.empty() ? fmt::format("{}.{}", section_.name, name) : std::string(label));
    if (done) return within_limits(name, *done);
    fail_with_help(name, done.error().text(),
                   "names that can be expanded, and %% for a percent sign");
    return std::nullopt;
}

std::optional<std::string> section_values::within_limits(std::string_view name,
                                                         const std::string& value) {
    if (context_.use(value.size())) return value;
    fail_too_large(name);
    return std::nullopt;
}

void section_values::fail_too_large(std::string_view name) {
    fail_with_help(name, "the configuration is too large",
                   fmt::format("no more than {} bytes in all, with everything expanded",
                               context_.limits.bytes));
}

void section_values::fail(std::string_view name, std::string text) {
    const auto* row = find_option(kind_, name);
    fail_with_help(name, std::move(text),
                   expectation(row == nullptr ? value_type::text : row->type));
}

void section_values::fail_with_help(std::string_view name, std::string text,
                                    std::string_view help) {
    const auto* found = find(name);
    if (found == nullptr)
        file(std::move(text), section_.place,
             fmt::format("[{}] needs {}: {}", section_.name, name, help));
    else
        file(std::move(text), found->place,
             fmt::format("{}={}: expected {}", name, shown(found->value), help));
}

void section_values::fail_section(std::string text, std::string_view help) {
    file(std::move(text), section_.place, fmt::format("[{}]: expected {}", section_.name, help));
}

void section_values::file(std::string text, ini_place place, std::string_view what) {
    failed_ = true;
    const auto& document = context_.document;
    if (name_section_)
        text += fmt::format(" in section {} (file: {})", repr(section_.name),
                            repr(document.path(section_.place)));
    context_.problems.add(std::move(text),
                          fmt::format("{}:{}: {}", document.path(place), place.line, what));
}

}  // namespace ringmaster::core

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

const expansion_names& load_context::names_for(const option& row) const {
    switch (row.sees) {
        case scope::variables: return environment_names;
        case scope::machine: return machine_names;
        case scope::file: break;
    }
    return here_names;
}

std::optional<std::string> section_values::text(const option& row, const expansion_names& names) {
    const auto* found = find(row.name);
    if (found == nullptr) {
        if (row.required()) fail_missing(row);
        return std::nullopt;
    }
    if (found->value.find('%') == std::string::npos) return within_limits(row, found->value);
    // Supervisor calls these two by their bare names.
    const bool bare = row.type == value_type::variables || row.type == value_type::name;
    auto done =
        expand(found->value, names,
               bare ? std::string(row.name) : fmt::format("{}.{}", section_.name, row.name));
    if (done) return within_limits(row, *std::move(done));
    fail_with_help(row.name, done.error().text(),
                   "names that can be expanded, and %% for a percent sign");
    return std::nullopt;
}

std::optional<std::string> section_values::within_limits(const option& row, std::string value) {
    if (!context_.use(value.size())) {
        fail_too_large(row.name);
        return std::nullopt;
    }
    if (row.empty_is_missing && value.empty()) {
        fail_missing(row);
        return std::nullopt;
    }
    return value;
}

bool section_values::accept(const option& row, std::string_view value, const parsed<void>& done) {
    if (done) return true;
    fail(row, fmt::format(fmt::runtime(row.complaint), fmt::arg("section", section_.name),
                          fmt::arg("value", value), fmt::arg("why", done.error().text())));
    return false;
}

void section_values::fail_missing(const option& row) {
    auto text = fmt::format(fmt::runtime(row.missing), fmt::arg("section", section_.name));
    if (find(row.name) != nullptr) return fail(row, std::move(text));
    file(std::move(text), section_.place,
         fmt::format("[{}] needs a line such as {}={}: {}", section_.name, row.name, row.example(),
                     row.help));
}

void section_values::fail_too_large(std::string_view name) {
    fail_with_help(name, "the configuration is too large",
                   fmt::format("no more than {} bytes in all, with everything expanded",
                               context_.limits.bytes));
}

void section_values::fail(const option& row, std::string text) {
    fail_with_help(row.name, std::move(text), expectation(row));
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

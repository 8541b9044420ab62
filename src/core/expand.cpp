#include "core/expand.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/percent_format.hpp"
#include "core/repr.hpp"

namespace ringmaster::core {

void expansion_names::set(std::string name, expansion_value value) {
    own_.insert_or_assign(std::move(name), std::move(value));
}

void expansion_names::set_environment(const environment& variables) {
    for (const auto& [name, value] : variables) set("ENV_" + name, value);
}

const expansion_value* expansion_names::find(std::string_view name) const {
    for (const auto* layer = this; layer != nullptr; layer = layer->below_) {
        const auto found = layer->own_.find(name);
        if (found != layer->own_.end()) return &found->second;
    }
    return nullptr;
}

std::vector<std::string_view> expansion_names::all() const {
    std::vector<std::string_view> names;
    for (const auto* layer = this; layer != nullptr; layer = layer->below_)
        for (const auto& [name, value] : layer->own_) names.push_back(name);
    std::ranges::sort(names);
    const auto repeated = std::ranges::unique(names);
    names.erase(repeated.begin(), repeated.end());
    return names;
}

parsed<std::string> expand(std::string_view value, const expansion_names& names,
                           std::string_view label) {
    if (value.find('%') == std::string_view::npos) return {boost::system::in_place_value, value};

    const auto done =
        percent_format(value, [&names](std::string_view name) { return names.find(name); });
    if (done) return *done;
    const auto wrong = done.error();
    if (wrong.unknown_name)
        return value_error::of(fmt::format(
            "Format string {} for {} contains names ({}) which cannot be expanded. "
            "Available names: {}",
            repr(value), repr(label), repr(*wrong.unknown_name), fmt::join(names.all(), ", ")));
    return value_error::of(fmt::format("Format string {} for {} is badly formatted: {}",
                                       repr(value), repr(label), wrong.detail));
}

}  // namespace ringmaster::core

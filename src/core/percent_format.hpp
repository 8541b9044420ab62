// Python's % operator with a mapping on its right side, as far as configuration files need it.
//
// Used by expand only. Every conversion must be keyed: what Python does with others (printing the
// whole mapping) helps nobody. Widths, precisions and the result
// are bounded, so that no value explodes.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/result.hpp"

namespace ringmaster::core {

struct percent_error {
    std::optional<std::string> unknown_name;  ///< set: the look-up failed, `detail` is unused
    std::string detail;                       ///< in the words of Python 3.11
};

/// Null for an unknown name.
using percent_lookup =
    std::function<const std::variant<std::string, std::int64_t>*(std::string_view name)>;

result<std::string, percent_error> percent_format(std::string_view text,
                                                  const percent_lookup& lookup);

/// The same, but conversions of names for which `keep` says so stay as they are written: the result
/// is a text for percent_format.
result<std::string, percent_error> percent_format_partly(
    std::string_view text, const percent_lookup& lookup,
    const std::function<bool(std::string_view name)>& keep);

/// The text that percent_format makes `text` of.
std::string escape_percent(std::string_view text);

}  // namespace ringmaster::core

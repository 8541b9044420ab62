#include "core/log.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace ringmaster::core {
namespace {

struct level_names {
    log_level level;
    std::string_view code;
    std::string_view word;
};

constexpr std::array<level_names, 7> levels{{
    {log_level::critical, "CRIT", "critical"},
    {log_level::error, "ERRO", "error"},
    {log_level::warn, "WARN", "warn"},
    {log_level::info, "INFO", "info"},
    {log_level::debug, "DEBG", "debug"},
    {log_level::trace, "TRAC", "trace"},
    {log_level::blather, "BLAT", "blather"},
}};

const level_names& names_of(log_level level) {
    return *std::ranges::find(levels, level, &level_names::level);
}

}  // namespace

std::string_view log_code(log_level level) {
    return names_of(level).code;
}

std::string_view log_level_name(log_level level) {
    return names_of(level).word;
}

std::optional<log_level> parse_log_level(std::string_view word) {
    std::string lower(word);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    const auto found = std::ranges::find(levels, lower, &level_names::word);
    if (found == levels.end()) return std::nullopt;
    return found->level;
}

}  // namespace ringmaster::core

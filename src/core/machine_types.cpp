#include "core/machine_types.hpp"

#include <limits>

#include <fmt/format.h>

#include "core/text.hpp"

namespace ringmaster::core {
namespace {

/// -1 means "leave unchanged" to chown, so no account has the highest number.
bool fits_id(std::int64_t number) {
    return number >= 0 && number < std::numeric_limits<std::uint32_t>::max();
}

std::optional<std::uint32_t> find_group(const host& machine, std::string_view value) {
    const auto number = parse_python_int(value);
    if (!number) return machine.find_group(std::string(value));
    if (!fits_id(*number)) return std::nullopt;
    const auto gid = static_cast<std::uint32_t>(*number);
    return machine.group_exists(gid) ? std::optional(gid) : std::nullopt;
}

}  // namespace

bool machine_types::is_directory(const std::string& path) {
    const auto [known, is_new] = directories_.try_emplace(path, false);
    if (is_new) known->second = machine_.is_directory(path);
    return known->second;
}

parsed<std::string> machine_types::existing_directory(std::string_view value) {
    auto path = expand_user(value);
    if (is_directory(path)) return path;
    return value_error::of(fmt::format("{} is not an existing directory", value));
}

parsed<std::string> machine_types::existing_dirpath(std::string_view value) {
    auto path = expand_user(value);
    const auto parent = parent_of(path);
    if (parent.empty() || is_directory(std::string(parent))) return path;
    return value_error::of(
        fmt::format("The directory named as part of the path {} does not exist", value));
}

parsed<account> machine_types::user(std::string_view value) {
    const auto number = parse_python_int(value);
    const auto [known, is_new] = users_.try_emplace(std::string(value));
    if (is_new && number) {
        if (fits_id(*number))
            known->second = machine_.find_user(static_cast<std::uint32_t>(*number));
    } else if (is_new) {
        known->second = machine_.find_user(std::string(value));
    }
    if (known->second) return *known->second;
    return value_error::of(number ? fmt::format("Invalid user id {}", value)
                                  : fmt::format("Invalid user name {}", value));
}

parsed<ownership> machine_types::user_and_group(std::string_view value) {
    const auto wrong = value_error::of(fmt::format("Invalid user:group definition {}", value));
    const auto colon = value.find(':');
    const auto owner = user(value.substr(0, colon));
    if (!owner) return wrong;
    ownership out{owner->uid, std::nullopt};
    if (colon == std::string_view::npos) return out;
    out.gid = find_group(machine_, value.substr(colon + 1));
    if (!out.gid) return wrong;
    return out;
}

std::string machine_types::expand_user(std::string_view path) const {
    if (!path.starts_with('~')) return std::string(path);
    const auto slash = path.find('/');
    const auto name = path.substr(1, slash == std::string_view::npos ? slash : slash - 1);
    auto home = machine_.home_directory(std::string(name));
    if (!home) return std::string(path);
    while (home->ends_with('/')) home->pop_back();
    if (slash != std::string_view::npos) *home += path.substr(slash);
    return home->empty() ? "/" : *home;
}

std::string machine_types::absolute_path(std::string_view path) const {
    return normalize_path(join_path(base_, expand_user(path)));
}

}  // namespace ringmaster::core

#include "io/command_lookup.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/command_line.hpp"
#include "core/repr.hpp"
#include "core/text.hpp"

namespace ringmaster::io {
namespace {

struct found_file {
    std::string path;
    struct stat info;
};

std::optional<found_file> at(std::string path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return std::nullopt;
    return found_file{std::move(path), info};
}

/// The first existing entry.
std::optional<found_file> search(const std::string& program, std::string_view search_path) {
    if (program.find('/') != std::string::npos) return at(program);
    for (;;) {
        const auto colon = search_path.find(':');
        if (auto found = at(core::join_path(search_path.substr(0, colon), program))) return found;
        if (colon == std::string_view::npos) return std::nullopt;
        search_path.remove_prefix(colon + 1);
    }
}

}  // namespace

result<resolved_command, lookup_problem> look_up(std::string_view command,
                                                 std::string_view search_path) {
    auto words = core::split_command_line(command);
    if (!words) {
        return lookup_problem{false, fmt::format("can't parse command {}: {}", core::repr(command),
                                                 words.error().detail)};
    }
    if (words->empty()) return lookup_problem{false, "command is empty"};
    const std::string& program = words->front();
    auto found = search(program, search_path);
    if (!found) {
        return lookup_problem{true, fmt::format("can't find command {}", core::repr(program))};
    }
    auto& [path, info] = *found;
    if (S_ISDIR(info.st_mode)) {
        return lookup_problem{false, fmt::format("command at {} is a directory", core::repr(path))};
    }
    if ((info.st_mode & 0111) == 0) {
        return lookup_problem{false,
                              fmt::format("command at {} is not executable", core::repr(path))};
    }
    if (::access(path.c_str(), X_OK) != 0) {
        return lookup_problem{false,
                              fmt::format("no permission to run command {}", core::repr(path))};
    }
    return resolved_command{std::move(path), *std::move(words)};
}

}  // namespace ringmaster::io

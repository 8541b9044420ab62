#include "io/auto_log.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

#include <fmt/format.h>

#include "core/repr.hpp"
#include "io/posix.hpp"

namespace ringmaster::io {
namespace {

constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz0123456789_";
constexpr int attempts = 100;

std::string random_word() {
    unsigned char bytes[8];
    if (::getrandom(bytes, sizeof bytes, 0) != sizeof bytes) std::ranges::fill(bytes, 0);
    std::string word;
    for (const unsigned char byte : bytes) word += alphabet[byte % alphabet.size()];
    return word;
}

/// `<anything>---<identifier>-<non-blanks>.log…`: what follows ".log" does not matter.
bool is_auto_log(std::string_view name, const std::string& identifier) {
    const auto mark = fmt::format("---{}-", identifier);
    const auto at = name.find(mark, 1);
    if (at == std::string_view::npos) return false;
    const auto rest = name.substr(at + mark.size());
    const auto suffix = rest.find(".log", 1);
    if (suffix == std::string_view::npos) return false;
    return std::ranges::none_of(rest.substr(0, suffix),
                                [](unsigned char c) { return std::isspace(c) != 0; });
}

error_code assign(core::channel_config& channel, const core::process_config& process,
                  std::string_view which, const core::daemon_config& daemon) {
    if (channel.kind != core::channel_config::target::automatic || !channel.path.empty()) return {};
    auto path = create_auto_log(daemon.childlogdir, process.name, which, daemon.identifier);
    if (!path) return path.error();
    channel.path = *std::move(path);
    return {};
}

}  // namespace

result<std::string> create_auto_log(std::string_view directory, std::string_view process,
                                    std::string_view channel, std::string_view identifier) {
    for (int attempt = 0; attempt < attempts; ++attempt) {
        auto path = fmt::format("{}/{}-{}---{}-{}.log", directory, process, channel, identifier,
                                random_word());
        const auto made = open_file(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
        if (made) return path;
        if (made.error().value() != EEXIST) return made.error();
    }
    return posix_error(EEXIST);
}

std::vector<std::string> clear_auto_logs(const std::string& directory,
                                         const std::string& identifier) {
    std::vector<std::string> warnings;
    std::error_code failed;
    std::vector<std::filesystem::path> old;
    for (std::filesystem::directory_iterator it(directory, failed), end; !failed && it != end;
         it.increment(failed)) {
        if (is_auto_log(it->path().filename().native(), identifier)) old.push_back(it->path());
    }
    if (failed) warnings.emplace_back("Could not clear childlog dir");
    for (const auto& path : old) {
        if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
            warnings.push_back(fmt::format("Failed to clean up {}", core::repr(path.native())));
        }
    }
    return warnings;
}

error_code assign_auto_logs(core::group_config& group, const core::daemon_config& daemon) {
    for (auto& process : group.processes) {
        if (const auto failed = assign(process.stdout_log, process, "stdout", daemon))
            return failed;
        if (process.redirect_stderr) continue;
        if (const auto failed = assign(process.stderr_log, process, "stderr", daemon))
            return failed;
    }
    return {};
}

}  // namespace ringmaster::io

#include "config_check.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "core/client_config.hpp"
#include "core/config_dump.hpp"
#include "core/config_loader.hpp"
#include "core/repr.hpp"
#include "core/text.hpp"
#include "io/command_lookup.hpp"
#include "io/launcher.hpp"

namespace ringmaster {
namespace {

/// Looks at what the loader leaves to the moment of use.
class machine_check {
public:
    machine_check(const core::config& config, const core::ini_document& document,
                  const core::host& machine)
        : config_(config),
          document_(document),
          machine_(machine),
          environment_(machine.process_environment()) {}

    std::optional<core::config_error> run();

private:
    void check_server(const core::server_config& server);
    void check_command(const core::process_config& process);
    void check_directory(const core::process_config& process);
    void fail(std::string_view section, std::string_view option, std::string_view text,
              std::string_view expected);
    /// Where the daemon will look for a relative path.
    std::string from_daemon(std::string_view path) const;

    const core::config& config_;
    const core::ini_document& document_;
    const core::host& machine_;
    const core::environment environment_;
    std::optional<core::config_error> error_;
    std::set<std::string> hints_;  ///< numprocs repeats them
};

std::string machine_check::from_daemon(std::string_view path) const {
    const auto& daemon = config_.daemon;
    const bool moves = !daemon.nodaemon && daemon.directory;
    return core::join_path(moves ? *daemon.directory : machine_.current_directory(), path);
}

void machine_check::fail(std::string_view section, std::string_view option, std::string_view text,
                         std::string_view expected) {
    const auto* where = document_.find(section);
    const auto* written = document_.find(*where, option);
    const auto place = written == nullptr ? where->place : written->place;
    auto hint = fmt::format("{}:{}: {}: {}: expected {}", document_.path(place), place.line, option,
                            text, expected);
    if (!hints_.insert(hint).second) return;
    if (!error_)
        error_ = {fmt::format("{} in section {} (file: {})", text, core::repr(section),
                              core::repr(document_.path(where->place))),
                  {}};
    error_->hints.push_back(std::move(hint));
}

void machine_check::check_server(const core::server_config& server) {
    if (server.kind != core::family::local || server.path.empty()) return;
    const auto directory = std::string(core::parent_of(server.path));
    if (!machine_.is_directory(directory))
        fail(server.section, "file", fmt::format("{} is not an existing directory", directory),
             "a path in a directory that exists");
}

void machine_check::check_command(const core::process_config& process) {
    const auto found = io::look_up(process.command, io::search_path(process.env, environment_));
    if (found) return;
    fail(process.section, "command", found.error().text, "a program that can be run");
}

void machine_check::check_directory(const core::process_config& process) {
    if (!process.directory || machine_.is_directory(from_daemon(*process.directory))) return;
    fail(process.section, "directory",
         fmt::format("{} is not an existing directory", *process.directory),
         "a directory that exists");
}

std::optional<core::config_error> machine_check::run() {
    for (const auto& server : config_.servers) check_server(server);
    for (const auto& group : config_.groups) {
        for (const auto& process : group.processes) {
            check_directory(process);
            check_command(process);
        }
    }
    return std::move(error_);
}

std::string summary(const core::config& config) {
    std::size_t processes = 0;
    for (const auto& group : config.groups) processes += group.processes.size();
    return fmt::format("{}: valid, {} groups, {} processes\n", config.daemon.config_file,
                       config.groups.size(), processes);
}

result<std::string, core::config_error> output(const core::config& config,
                                               const std::optional<core::dump_format>& dump) {
    if (dump == core::dump_format::ini) return core::dump_as_ini(config);
    return {boost::system::in_place_value,
            dump == core::dump_format::json ? core::dump_as_json(config) : summary(config)};
}

/// The client reads its section from the main file alone; so does this.
std::optional<core::config_error> client_problem(const core::ini_document& document,
                                                 const std::string& path,
                                                 const core::host& machine) {
    const auto* section = document.find("supervisorctl");
    if (section == nullptr || section->place.file != 0) return std::nullopt;
    auto read = core::load_client_config(path, "supervisorctl", machine);
    if (read) return std::nullopt;
    return std::move(read.error());
}

void add(std::optional<core::config_error>& to, std::optional<core::config_error> more) {
    if (!more) return;
    if (!to)
        to = std::move(more);
    else
        std::ranges::move(more->hints, std::back_inserter(to->hints));
}

}  // namespace

config_verdict check_config(const core::daemon_options& options, const core::host& machine) {
    auto examined = core::examine_config(options, machine);
    const auto& config = examined.found;
    config_verdict verdict;
    if (const auto warning = core::search_warning(options, machine))
        verdict.warnings.emplace_back(*warning);
    for (const auto& message : config.messages)
        if (message.level >= core::log_level::warn) verdict.warnings.push_back(message.text);
    std::ranges::move(examined.warnings, std::back_inserter(verdict.warnings));

    verdict.error = std::move(examined.error);
    add(verdict.error, machine_check(config, examined.document, machine).run());
    add(verdict.error, client_problem(examined.document, config.daemon.config_file, machine));
    if (verdict.error) return verdict;
    auto shown = output(config, options.dump);
    if (shown)
        verdict.output = *std::move(shown);
    else
        verdict.error = std::move(shown.error());
    return verdict;
}

}  // namespace ringmaster

#include "core/config_loader.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/config_source.hpp"
#include "core/group_section.hpp"
#include "core/load_context.hpp"
#include "core/repr.hpp"
#include "core/server_section.hpp"
#include "core/supervisord_section.hpp"
#include "core/unknown_names.hpp"

namespace ringmaster::core {
namespace {

constexpr std::string_view factory_option = "supervisor.rpcinterface_factory";
constexpr std::string_view interface_prefix = "rpcinterface:";
constexpr std::string_view insecure_search =
    "Supervisord is running as root and it is searching for its configuration file in default "
    "locations (including its current working directory); you probably want to specify a \"-c\" "
    "argument specifying an absolute path to a configuration file for improved security.";

class loader {
public:
    loader(const daemon_options& options, const host& machine, const load_limits& limits)
        : options_(options),
          machine_(machine),
          context_(machine, options.start_directory, limits) {}

    result<config, config_error> run();
    config_examination examine();

private:
    /// False if there is nothing to evaluate.
    bool read_files();
    void evaluate();
    /// The options of an [rpcinterface:x] that are not its factory.
    std::vector<std::string_view> further_options(const ini_section& section) const;
    /// All options have to expand, also those that nobody will use.
    void read_rpc_interface(const ini_section& section);
    void check_rpc_interfaces();

    const daemon_options& options_;
    const host& machine_;
    load_context context_;
};

bool loader::read_files() {
    auto path = options_.config_file;
    if (!path) path = search_config_file(options_.program, options_.start_directory, machine_);
    if (!path) {
        context_.problems.add(
            fmt::format("No config file found at default paths ({}); use the -c option to specify "
                        "a config file at a different path",
                        fmt::join(default_config_paths(options_.program), ", ")),
            "echo_supervisord_conf prints a configuration to start from");
        return false;
    }
    if (!read_main_file(context_, *path)) return false;
    read_includes(context_);
    return true;
}

std::vector<std::string_view> loader::further_options(const ini_section& section) const {
    std::vector<std::string_view> names;
    for (const auto* options : {&section.options, &context_.document.defaults().options})
        for (const auto& option : *options)
            if (option.name != factory_option) names.push_back(option.name);
    return names;
}

void loader::read_rpc_interface(const ini_section& section) {
    section_values values(context_, section, section_kind::rpcinterface, false);
    if (values.read<std::string>(values.row(factory_option)))
        context_.out.rpc_interfaces.push_back(section.name.substr(interface_prefix.size()));
    for (const auto name : further_options(section))
        values.text({.name = name, .fallback = "", .help = "", .sees = scope::variables});
}

/// The built-in interface takes no options; Supervisor notices when it opens its servers.
void loader::check_rpc_interfaces() {
    if (context_.out.servers.empty()) return;
    for (const auto& name : context_.out.rpc_interfaces) {
        const auto* section = context_.document.find(fmt::format("{}{}", interface_prefix, name));
        section_values values(context_, *section, section_kind::rpcinterface, false);
        for (const auto option : further_options(*section))
            values.fail_with_help(option, fmt::format("Could not make {} rpc interface", name),
                                  "no further option in this section");
    }
}

void loader::evaluate() {
    const auto& document = context_.document;
    const auto* daemon = document.find("supervisord");
    if (daemon != nullptr)
        read_supervisord(context_, *daemon, options_);
    else
        context_.problems.add(
            ".ini file does not include supervisord section",
            fmt::format("{}: expected a line [supervisord]", context_.config_path));
    for (const auto& section : document.sections())
        if (section.name.starts_with(interface_prefix)) read_rpc_interface(section);
    read_groups(context_);
    read_servers(context_);
    if (daemon != nullptr) resolve_daemon_user(context_, *daemon, options_);
    check_rpc_interfaces();
}

result<config, config_error> loader::run() {
    context_.environment_names.set_environment(machine_.process_environment());
    // Also after an error: the other mistakes are wanted, too.
    if (read_files()) evaluate();
    if (!context_.problems.empty()) return context_.problems.take();
    std::ranges::stable_sort(context_.out.messages, std::ranges::greater{}, &log_line::level);
    return std::move(context_.out);
}

config_examination loader::examine() {
    config_examination out;
    if (auto done = run()) {
        out.found = *std::move(done);
    } else {
        out.error = done.error();
        out.found = std::move(context_.out);
    }
    out.warnings = find_unknown_names(context_.document);
    out.document = std::move(context_.document);
    return out;
}

}  // namespace

result<config, config_error> load_config(const daemon_options& options, const host& machine,
                                         const load_limits& limits) {
    return loader(options, machine, limits).run();
}

std::optional<std::string_view> search_warning(const daemon_options& options, const host& machine) {
    if (options.config_file || machine.current_uid() != 0) return std::nullopt;
    return insecure_search;
}

config_examination examine_config(const daemon_options& options, const host& machine) {
    return loader(options, machine, {}).examine();
}

}  // namespace ringmaster::core

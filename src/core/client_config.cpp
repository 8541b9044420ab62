#include "core/client_config.hpp"

#include "core/config_source.hpp"

namespace ringmaster::core {
namespace {

client_config read_client(load_context& context, const ini_section& section) {
    section_values values(context, section, section_kind::supervisorctl, false);
    client_config out;
    for (const auto& row : options_of(section_kind::supervisorctl)) values.apply(row, out);
    for (const auto& other : context.document.sections())
        if (other.name.starts_with("ctlplugin:")) out.ignored_plugins.push_back(other.name);
    return out;
}

}  // namespace

result<client_config, config_error> load_client_config(const std::optional<std::string>& path_given,
                                                       std::string_view argv0,
                                                       const host& machine) {
    const auto base = machine.current_directory();
    const auto path = path_given ? path_given : search_config_file(argv0, base, machine);
    client_config out;
    if (!path) return out;

    load_context context(machine, base);
    context.environment_names.set_environment(machine.process_environment());
    read_main_file(context, *path);
    if (context.problems.empty()) {
        if (const auto* section = context.document.find("supervisorctl"))
            out = read_client(context, *section);
        else
            context.problems.add(".ini file does not include supervisorctl section",
                                 *path + ": expected a line [supervisorctl]");
    }
    if (!context.problems.empty()) return context.problems.take();
    return out;
}

}  // namespace ringmaster::core

#include "core/client_config.hpp"

#include "core/config_source.hpp"

namespace ringmaster::core {
namespace {

constexpr std::string_view local_scheme = "unix://";

void read_client(load_context& context, const ini_section& section, std::string_view base,
                 client_config& out) {
    section_values values(context, section, section_kind::supervisorctl, false);
    const auto& names = context.environment_names;
    if (auto url = values.text("serverurl", context.here_names)) {
        if (url->starts_with(local_scheme)) {
            const auto path = std::string_view(*url).substr(local_scheme.size());
            *url = std::string(local_scheme) + context.types.absolute_path(path, base);
        }
        out.serverurl = *std::move(url);
    }
    out.username = values.text("username", names).value_or(out.username);
    out.password = values.text("password", names).value_or(out.password);
    out.prompt = values.text("prompt", names).value_or(out.prompt);
    const auto history = values.text("history_file", context.here_names);
    if (history && !history->empty())
        out.history_file = context.types.absolute_path(*history, base);
}

}  // namespace

result<client_config, config_error> load_client_config(const std::optional<std::string>& path_given,
                                                       std::string_view argv0,
                                                       const host& machine) {
    const auto base = machine.current_directory();
    const auto path = path_given ? path_given : search_config_file(argv0, base, machine);
    client_config out;
    if (!path) return out;

    load_context context(machine);
    context.environment_names.set_environment(machine.process_environment());
    read_main_file(context, *path, base);
    if (context.problems.empty()) {
        if (const auto* section = context.document.find("supervisorctl"))
            read_client(context, *section, base, out);
        else
            context.problems.add(".ini file does not include supervisorctl section",
                                 *path + ": expected a line [supervisorctl]");
    }
    if (!context.problems.empty()) return context.problems.take();
    return out;
}

}  // namespace ringmaster::core

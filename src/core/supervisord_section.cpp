#include "core/supervisord_section.hpp"

#include <fmt/format.h>

#include "core/environment_syntax.hpp"

namespace ringmaster::core {
namespace {

constexpr std::string_view to_syslog = "syslog";

void read_environment(load_context& context, section_values& values) {
    expansion_names names(&context.here_names);
    names.set("host_node_name", context.node_name);
    const auto text = values.text("environment", names, "environment");
    if (!text) return;
    const auto variables = parse_environment(*text);
    if (!variables) return values.fail("environment", variables.error().text());
    context.out.daemon.env = *variables;
}

}  // namespace

void read_supervisord(load_context& context, const ini_section& section,
                      const daemon_options& options) {
    section_values values(context, section, section_kind::supervisord, false);
    auto& daemon = context.out.daemon;
    daemon.logfile = find_option(section_kind::supervisord, "logfile")->fallback;
    daemon.pidfile = find_option(section_kind::supervisord, "pidfile")->fallback;
    auto given = options.values;
    for (const auto& row : options_of(section_kind::supervisord)) {
        // The file's value must be right even where the command line overrides it.
        if (row.type == value_type::variables)
            read_environment(context, values);
        else if (row.type == value_type::user)
            (void)values.text(row.name, context.here_names);
        else
            values.apply(row, row.daemon, context.here_names, daemon);
        if (options.given.contains(row.name)) copy_field(row.daemon, given, daemon);
    }
    context.environment_names.set_environment(daemon.env);

    const auto& base = options.start_directory;
    if (daemon.logfile != to_syslog)
        daemon.logfile = context.types.absolute_path(daemon.logfile, base);
    daemon.pidfile = context.types.absolute_path(daemon.pidfile, base);
    if (daemon.childlogdir.empty()) daemon.childlogdir = context.machine.temporary_directory();
}

void resolve_daemon_user(load_context& context, const ini_section& section,
                         const daemon_options& options) {
    section_values values(context, section, section_kind::supervisord, false);
    // Only what is in force is looked up; a broken expansion was reported before.
    const auto text = options.user ? options.user : values.text("user", context.here_names);
    if (!text) return;
    const auto user = context.types.user(*text);
    if (user) {
        context.out.daemon.user = *user;
    } else if (options.user) {
        context.problems.add(
            user.error().text(),
            fmt::format("command line: -u {}: expected {}", *text, expectation(value_type::user)));
    } else {
        values.fail("user", user.error().text());
    }
}

}  // namespace ringmaster::core

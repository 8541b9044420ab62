#include "core/supervisord_section.hpp"

#include <fmt/format.h>

namespace ringmaster::core {
namespace {

constexpr std::string_view to_syslog = "syslog";

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
        if (row.type == value_type::ignored) continue;
        if (row.type == value_type::user)
            (void)values.text(row);
        else
            values.apply(row, daemon);
        if (options.given.contains(row.name)) copy_field(row, given, daemon);
    }
    context.environment_names.set_environment(daemon.env);

    if (daemon.logfile != to_syslog) daemon.logfile = context.types.absolute_path(daemon.logfile);
    daemon.pidfile = context.types.absolute_path(daemon.pidfile);
    if (daemon.childlogdir.empty()) daemon.childlogdir = context.machine.temporary_directory();
}

void resolve_daemon_user(load_context& context, const ini_section& section,
                         const daemon_options& options) {
    section_values values(context, section, section_kind::supervisord, false);
    // Only what is in force is looked up; a broken expansion was reported before.
    const auto& row = values.row("user");
    const auto text = options.user ? options.user : values.text(row);
    if (!text) return;
    const auto user = context.types.user(*text);
    if (user) {
        context.out.daemon.user = *user;
    } else if (options.user) {
        context.problems.add(user.error().text(), fmt::format("command line: -u {}: expected {}",
                                                              *text, expectation(row)));
    } else {
        values.fail(row, user.error().text());
    }
}

}  // namespace ringmaster::core

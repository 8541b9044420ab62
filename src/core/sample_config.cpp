#include "core/sample_config.hpp"

#include <fmt/format.h>

#include "core/option_table.hpp"

namespace ringmaster::core {
namespace {

constexpr std::string_view preamble =
    "; Sample configuration of Ringmaster, in Supervisor's format.\n"
    ";\n"
    "; Lines that begin with ';' are comments. Options that are commented out show their "
    "defaults,\n"
    "; or an example where there is none. A ';' or '#' behind a blank starts a comment, too.\n"
    "; %(name)s in a value is expanded: %(here)s is the directory of this file, %(ENV_HOME)s the\n"
    "; variable HOME. Write %% for a percent sign.\n";

/// `active`: the section's header is in force, so required options must be, too.
void add_option(std::string& out, const option& row, bool active) {
    const auto mark = active && (row.required() || row.in_force) ? "" : ";";
    out += fmt::format("{:<45} ; {}{}\n", fmt::format("{}{}={}", mark, row.name, row.example()),
                       row.help, row.extension ? " (not in Supervisor)" : "");
}

}  // namespace

std::string sample_config() {
    std::string out(preamble);
    for (const auto& section : option_sections()) {
        const bool active = section.in_sample_active;
        out += fmt::format("\n{}{:<{}} ; {}\n", active ? "" : ";", section.header, active ? 45 : 44,
                           section.help);
        if (section.kind == section_kind::listener || section.kind == section_kind::fcgi)
            add_option(out, *find_option(section_kind::program, "command"), active);
        // What a section cannot be without comes first, whatever the order of evaluation.
        for (const bool required : {true, false})
            for (const auto& row : section.options)
                if (row.required() == required) add_option(out, row, active);
    }
    return out;
}

}  // namespace ringmaster::core

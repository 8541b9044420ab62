#include "core/daemon_options.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/getopt.hpp"
#include "core/machine_types.hpp"
#include "core/option_table.hpp"
#include "core/option_values.hpp"
#include "core/repr.hpp"

namespace ringmaster::core {
namespace {

constexpr getopt_rule configuration{"configuration", 'c', true};
constexpr getopt_rule help{"help", 'h', false};
constexpr getopt_rule help_too{"", '?', false};
constexpr getopt_rule version{"version", 'v', false};
// Not in Supervisor.
constexpr getopt_rule check{.name = "check-config", .yields = true};
constexpr getopt_rule dump{.name = "dump", .argument_is_optional = true, .yields = true};

bool is_switch(const option& row) {
    return row.type == value_type::boolean;
}

std::vector<getopt_rule> make_rules() {
    std::vector<getopt_rule> rules{configuration, help, help_too, version, check, dump};
    for (const auto& row : options_of(section_kind::supervisord))
        if (row.command_line.exists)
            rules.push_back({row.name, row.command_line.letter, !is_switch(row)});
    return rules;
}

std::string list_of_repr(const std::vector<std::string>& words) {
    std::vector<std::string> quoted;
    std::ranges::transform(words, std::back_inserter(quoted),
                           [](const std::string& word) { return repr(word); });
    return fmt::format("[{}]", fmt::join(quoted, ", "));
}

class command_line_reader {
public:
    command_line_reader(daemon_options& out, const host& machine)
        : out_(out), types_(machine, machine.current_directory()) {}

    /// True: the option ends everything (-h, -v).
    result<bool, config_error> take(const getopt_match& match);

private:
    result<void, config_error> take_setting(const option& row, const getopt_match& match);
    result<void, config_error> take_check(const getopt_match& match);

    daemon_options& out_;
    machine_types types_;
};

result<bool, config_error> command_line_reader::take(const getopt_match& match) {
    const auto& rule = *match.rule;
    if (rule.letter == 'h' || rule.letter == '?' || rule.letter == 'v') {
        out_.request = rule.letter == 'v' ? daemon_request::version : daemon_request::help;
        return true;
    }
    if (!out_.given.emplace(rule.name).second)
        return config_error{fmt::format("conflicting command line option {}", repr(match.spelling)),
                            {}};
    if (rule.letter == configuration.letter) {
        out_.config_file = match.argument;
        return false;
    }
    if (rule.name == check.name || rule.name == dump.name) {
        if (const auto done = take_check(match); !done) return done.error();
        return false;
    }
    const auto* row = find_option(section_kind::supervisord, rule.name);
    if (const auto done = take_setting(*row, match); !done) return done.error();
    return false;
}

/// A dump is a check that also shows its result.
result<void, config_error> command_line_reader::take_check(const getopt_match& match) {
    out_.request = daemon_request::check;
    if (match.rule->name == check.name) return {};
    if (match.argument.empty() || match.argument == "ini") {
        out_.dump = dump_format::ini;
    } else if (match.argument == "json") {
        out_.dump = dump_format::json;
    } else {
        return config_error{
            fmt::format("invalid value for {} {}: not a format", match.spelling,
                        repr(match.argument)),
            {fmt::format("command line: {}: expected ini or json", match.spelling)}};
    }
    return {};
}

result<void, config_error> command_line_reader::take_setting(const option& row,
                                                             const getopt_match& match) {
    // Whether an account exists is looked up when everything else is known to be right.
    if (row.type == value_type::user) {
        out_.user = match.argument;
        return {};
    }
    const std::string_view text = is_switch(row) ? "true" : std::string_view(match.argument);
    const auto done = assign_field(row, text, out_.values, types_);
    if (done) return {};
    return config_error{
        fmt::format("invalid value for {} {}: {}", match.spelling, repr(match.argument),
                    done.error().text()),
        {fmt::format("command line: {}: expected {}", match.spelling, expectation(row))}};
}

}  // namespace

result<daemon_options, config_error> parse_daemon_options(std::span<const std::string> argv,
                                                          const host& machine) {
    daemon_options out;
    if (!argv.empty()) out.program = argv.front();
    out.start_directory = machine.current_directory();

    const auto rules = make_rules();
    RM_TRY(const auto found, parse_getopt(argv.empty() ? argv : argv.subspan(1), rules));
    // Positional arguments are refused before any option has its effect, even -h.
    if (!found.positional.empty())
        return config_error{fmt::format("positional arguments are not supported: {}",
                                        list_of_repr(found.positional)),
                            {}};
    command_line_reader reader(out, machine);
    for (const auto& match : found.options) {
        RM_TRY(const bool finished, reader.take(match));
        if (finished) break;
    }
    return out;
}

std::string daemon_usage(std::string_view program) {
    std::string out = fmt::format(
        "Run programs and keep them running.\n\nUsage: {} [options]\n\nOptions:\n", program);
    const auto add = [&out](std::string_view form, std::string_view text) {
        out += fmt::format("  {:<34} {}\n", form, text);
    };
    add("-c, --configuration FILE", "configuration file; default: a search in usual places");
    add("-h, --help", "print this text and exit");
    add("-v, --version", "print the version and exit");
    add("    --check-config",
        "look for all mistakes in the configuration, start nothing, and exit");
    add("    --dump[=ini|json]", "the same, and print what the configuration comes to");
    for (const auto& row : options_of(section_kind::supervisord)) {
        if (!row.command_line.exists) continue;
        const auto letter = row.command_line.letter == '\0'
                                ? std::string("    ")
                                : fmt::format("-{}, ", row.command_line.letter);
        add(fmt::format("{}--{}{}", letter, row.name, is_switch(row) ? "" : " VALUE"), row.help);
    }
    return out + "\nAn option given here overrides the one of the same name in [supervisord].\n";
}

}  // namespace ringmaster::core

#include "ctl/command_line.hpp"

#include <fmt/format.h>

#include <array>
#include <set>
#include <utility>

#include "core/getopt.hpp"
#include "core/repr.hpp"
#include "ctl/server_url.hpp"

namespace ringmaster::ctl {
namespace {

using core::config_error;
using core::getopt_match;

constexpr std::array known_options{
    core::getopt_rule{"configuration", 'c', true},
    core::getopt_rule{"help", 'h', false},
    core::getopt_rule{"", '?', false},
    core::getopt_rule{"interactive", 'i', false},
    core::getopt_rule{"serverurl", 's', true},
    core::getopt_rule{"username", 'u', true},
    core::getopt_rule{"password", 'p', true},
    core::getopt_rule{"history_file", 'r', true},
    core::getopt_rule{"history-file", 'r', true},
};

result<void, config_error> apply(getopt_match option, client_options& into) {
    switch (option.rule->letter) {
        case 'c': into.config_file = std::move(option.argument); break;
        case 'i': into.interactive = true; break;
        case 'u': into.username = std::move(option.argument); break;
        case 'p': into.password = std::move(option.argument); break;
        case 'r': into.history_file = std::move(option.argument); break;
        case 's':
            if (const auto problem = url_problem(option.argument))
                return config_error{fmt::format("invalid value for {} {}: {}", option.spelling,
                                                core::repr(option.argument), *problem),
                                    {}};
            into.serverurl = std::move(option.argument);
            break;
        default: into.help = true; break;
    }
    return {};
}

void override_with(const std::optional<std::string>& given, auto& setting) {
    if (given) setting = *given;
}

}  // namespace

result<client_options, config_error> parse_client_options(std::span<const std::string> arguments) {
    auto parsed = core::parse_getopt(arguments, known_options);
    if (!parsed) return parsed.error();
    client_options options;
    std::set<char> seen;
    for (auto& option : parsed->options) {
        if (!seen.insert(option.rule->letter).second)
            return config_error{
                fmt::format("conflicting command line option {}", core::repr(option.spelling)), {}};
        if (auto applied = apply(std::move(option), options); !applied) return applied.error();
        if (options.help) return options;
    }
    options.has_command = !parsed->positional.empty();
    options.command = fmt::format("{}", fmt::join(parsed->positional, " "));
    return options;
}

core::client_config apply_options(core::client_config from_file, const client_options& given) {
    override_with(given.serverurl, from_file.serverurl);
    override_with(given.username, from_file.username);
    override_with(given.password, from_file.password);
    override_with(given.history_file, from_file.history_file);
    return from_file;
}

std::string client_usage(std::string_view program) {
    return fmt::format(
        "{0} -- look at the programs that ringmasterd runs, and control them.\n\n"
        "Usage: {0} [options] [action [arguments]]\n\n"
        "Options:\n"
        "-c, --configuration FILE   configuration file; otherwise the usual places are searched\n"
        "-h, -?, --help             print this text and exit\n"
        "-i, --interactive          ask for confirmation and credentials, also with an action\n"
        "-s, --serverurl URL        where the daemon listens, http://host:port or unix:///path\n"
        "                           (default http://localhost:9001)\n"
        "-u, --username NAME        user name for the daemon\n"
        "-p, --password TEXT        password for the daemon\n"
        "-r, --history-file FILE    where the shell keeps its history\n\n"
        "With an action, that one command is run, and its exit status tells how it went. Without\n"
        "one, a shell reads actions from standard input. The action \"help\" lists all actions.\n",
        program);
}

}  // namespace ringmaster::ctl

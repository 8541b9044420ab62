// ringmasterctl: reads its settings, then runs one action or the shell.
#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/client_config.hpp"
#include "ctl/command_line.hpp"
#include "ctl/completion.hpp"
#include "ctl/console.hpp"
#include "ctl/dispatcher.hpp"
#include "ctl/heap.hpp"
#include "ctl/line_editor.hpp"
#include "ctl/line_source.hpp"
#include "ctl/session.hpp"
#include "ctl/shell.hpp"
#include "io/posix_host.hpp"
#include "io/standard_descriptors.hpp"

namespace {

using namespace ringmaster;

constexpr int usage_error = 2;

int fail(const std::string& program, const core::config_error& why) {
    ctl::console out;
    out.error_line("Error: " + why.text);
    for (const auto& hint : why.hints) out.error_line(hint);
    out.error_line("For help, use " + program + " -h");
    return usage_error;
}

int finish(ctl::console& out, int status) {
    if (!out.failed()) return status;
    out.error_line("could not write the output: " + out.failed().message());
    return EXIT_FAILURE;
}

int help(const std::string& program) {
    ctl::console out;
    out.print(ctl::client_usage(program));
    return finish(out, EXIT_SUCCESS);
}

void warn(const core::client_config& settings) {
    ctl::console out;
    for (const auto& plugin : settings.ignored_plugins)
        out.error_line("Warning: [" + plugin + "] is ignored: plug-ins are Python code");
}

void run_interactively(ctl::session& with, const core::client_config& settings) {
    const auto prompt = settings.prompt + "> ";
    if (!ctl::on_terminal()) return ctl::run_shell(with, with.input(), prompt);
    ctl::completer completions{with};
    ctl::line_editor commands{completions, settings.history_file.value_or("")};
    ctl::run_shell(with, commands, prompt);
}

int run(const ctl::client_options& options, const core::client_config& settings) {
    ctl::stdin_lines input;
    ctl::session session{{settings.serverurl, settings.username, settings.password},
                         options.interactive || !options.has_command,
                         input};
    if (!options.has_command) {
        run_interactively(session, settings);
        return finish(session.out(), EXIT_SUCCESS);
    }
    // Ctrl-C at the password prompt was caught to restore the terminal; end as other actions do.
    if (ctl::run_command(session, options.command) == ctl::verdict::interrupted) std::raise(SIGINT);
    return finish(session.out(), session.status());
}

}  // namespace

int main(int argc, char** argv) {
    io::hold_standard_descriptors(io::closed_output::fails);
    ctl::keep_heap();
    const std::vector<std::string> words(argv, argv + argc);
    const std::string program = words.empty() ? "ringmasterctl" : words.front();
    const auto options = ctl::parse_client_options(std::span{words}.subspan(words.empty() ? 0 : 1));
    if (!options) return fail(program, options.error());
    if (options->help) return help(program);
    const auto settings = core::load_client_config(options->config_file, program, io::posix_host{});
    if (!settings) return fail(program, settings.error());
    warn(*settings);
    return run(*options, ctl::apply_options(*settings, *options));
}

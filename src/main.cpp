// ringmasterd: reads the command line, then runs incarnation after incarnation until the end.

#include <cstdio>
#include <iostream>
#include <span>
#include <string>
#include <vector>

#include "config_check.hpp"
#include "core/config_loader.hpp"
#include "core/daemon_options.hpp"
#include "core/version.hpp"
#include "daemon.hpp"
#include "io/posix_host.hpp"
#include "io/privileges.hpp"
#include "io/signals.hpp"
#include "io/standard_descriptors.hpp"
#include "startup.hpp"

namespace {

using namespace ringmaster;

constexpr int exit_failure = 1;
constexpr int exit_usage = 2;

/// Supervisor's usage path; the hints between its two lines are ours.
int fail(const std::string& program, const core::config_error& error) {
    std::cerr << "Error: " << error.text << '\n';
    for (const auto& hint : error.hints) std::cerr << hint << '\n';
    std::cerr << "For help, use " << program << " -h" << std::endl;
    return exit_usage;
}

/// The same; after a restart, when stderr usually is /dev/null, the last log is told, too.
int fail(const process_setup& setup, const core::config_error& error) {
    if (!setup.first_start) {
        if (auto log = io::main_log::open(setup.last_log)) {
            log->write(core::log_level::critical, "Error: " + error.text);
            for (const auto& hint : error.hints) log->write(core::log_level::critical, hint);
        }
    }
    return fail(setup.program, error);
}

/// --check-config and --dump.
int check(const core::daemon_options& options, const core::host& machine) {
    const auto verdict = check_config(options, machine);
    for (const auto& warning : verdict.warnings) std::cerr << "Warning: " << warning << std::endl;
    if (verdict.error) return fail(options.program, *verdict.error);
    std::cout << verdict.output << std::flush;
    return std::cout ? 0 : exit_failure;
}

/// One incarnation. None: restart; otherwise the exit status.
std::optional<int> run_once(const core::daemon_options& options, const core::host& machine,
                            process_setup& setup) {
    auto config = core::load_config(options, machine);
    if (!config) return fail(setup, config.error());
    auto start = prepare(*config, setup);
    if (!start) return fail(setup, {start.error(), {}});
    auto running = daemon::make(*config, *start, setup, options);
    if (!running) {
        start->log.write(core::log_level::critical, running.error());
        return fail(setup.program, {running.error(), {}});  // just logged
    }
    setup.first_start = false;
    const auto how = (*running)->run();
    setup.next_event_serial = (*running)->next_event_serial();
    if (how == outcome::restart) return std::nullopt;
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    io::hold_standard_descriptors(io::closed_output::vanishes);
    io::prepare_signals();
    io::keep_inherited_descriptors_to_ourselves();
    const std::vector<std::string> arguments(argv, argv + argc);
    const std::string program = arguments.empty() ? "ringmasterd" : arguments.front();
    const io::posix_host machine;

    const auto options = core::parse_daemon_options(arguments, machine);
    if (!options) return fail(program, options.error());
    if (options->request == core::daemon_request::help) {
        std::cout << core::daemon_usage(program);
        return 0;
    }
    if (options->request == core::daemon_request::version) {
        std::cout << core::supervisor_compat_version << '\n';
        return 0;
    }
    if (options->request == core::daemon_request::check) return check(*options, machine);
    if (const auto warning = core::search_warning(*options, machine))
        std::cerr << *warning << std::endl;
    process_setup setup;
    setup.program = program;
    for (;;) {
        if (const auto status = run_once(*options, machine, setup)) return *status;
    }
}

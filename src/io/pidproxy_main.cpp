// pidproxy PIDFILE COMMAND [ARGUMENT...]: runs a program that becomes a daemon by itself, and
// passes signals on to the process whose id that daemon writes to a file.
//
// Stands between a supervisor and programs that will not stay in the foreground. Never learns how
// the daemon ended: it only sees its own child.
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include <array>
#include <charconv>
#include <optional>
#include <string>

#include "core/text.hpp"
#include "io/posix.hpp"
#include "io/posix_host.hpp"

namespace {

using namespace ringmaster;

constexpr std::array passed_on{SIGTERM, SIGHUP, SIGINT, SIGUSR1, SIGUSR2, SIGQUIT};

/// Blocks what we pass on and SIGCHLD, so that they can be waited for one by one.
sigset_t block_signals() {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : passed_on) ::sigaddset(&set, signal);
    ::sigaddset(&set, SIGCHLD);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    return set;
}

/// Runs the command at its absolute path, without a search, and with no signal blocked.
std::optional<pid_t> start(char** command) {
    const auto path =
        core::normalize_path(core::join_path(io::posix_host().current_directory(), command[0]));
    posix_spawnattr_t attributes;
    sigset_t none;
    ::sigemptyset(&none);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    pid_t child = 0;
    const int error = ::posix_spawn(&child, path.c_str(), nullptr, &attributes, command, ::environ);
    ::posix_spawnattr_destroy(&attributes);
    if (error == 0) return child;
    std::fprintf(stderr, "pidproxy: cannot run %s: %s\n", path.c_str(), std::strerror(error));
    return std::nullopt;
}

/// Unset also for numbers that mean more than one process to kill(2).
std::optional<pid_t> read_pid(const char* path) {
    const auto text = io::read_whole_file(path, 4096);
    if (!text) return std::nullopt;
    const auto digits = core::strip(*text);
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), pid);
    const bool whole = error == std::errc() && end == digits.data() + digits.size();
    return whole && pid > 0 ? std::optional(pid) : std::nullopt;
}

/// True: the signal ends us, too.
bool pass_on(int signal, const char* pidfile) {
    const auto pid = read_pid(pidfile);
    if (!pid) {
        std::printf("Can't read child pidfile %s!\n", pidfile);
        std::fflush(stdout);
        return false;
    }
    ::kill(*pid, signal);
    return signal == SIGTERM || signal == SIGINT || signal == SIGQUIT;
}

void serve(const sigset_t& signals, pid_t child, const char* pidfile) {
    for (;;) {
        const int signal = ::sigwaitinfo(&signals, nullptr);
        if (signal < 0) continue;  // EINTR: a debugger or a stop
        if (signal != SIGCHLD) {
            if (pass_on(signal, pidfile)) return;
        } else if (::waitpid(child, nullptr, WNOHANG) == child) {
            return;
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::printf("Usage: %s PIDFILE COMMAND [ARGUMENT...]\n", argc > 0 ? argv[0] : "pidproxy");
        return 1;
    }
    const auto signals = block_signals();
    const auto child = start(argv + 2);
    if (!child) return 127;
    serve(signals, *child, argv[1]);
    return 0;
}

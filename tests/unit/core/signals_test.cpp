#include "core/signals.hpp"

#include <csignal>

#include <gtest/gtest.h>

namespace ringmaster::core {
namespace {

TEST(Signals, NumbersAreThisSystems) {
    const std::pair<std::string_view, int> rows[] = {
        {"HUP", SIGHUP},   {"INT", SIGINT},       {"QUIT", SIGQUIT},   {"ILL", SIGILL},
        {"TRAP", SIGTRAP}, {"ABRT", SIGABRT},     {"BUS", SIGBUS},     {"FPE", SIGFPE},
        {"KILL", SIGKILL}, {"USR1", SIGUSR1},     {"SEGV", SIGSEGV},   {"USR2", SIGUSR2},
        {"PIPE", SIGPIPE}, {"ALRM", SIGALRM},     {"TERM", SIGTERM},   {"STKFLT", SIGSTKFLT},
        {"CHLD", SIGCHLD}, {"CONT", SIGCONT},     {"STOP", SIGSTOP},   {"TSTP", SIGTSTP},
        {"TTIN", SIGTTIN}, {"TTOU", SIGTTOU},     {"URG", SIGURG},     {"XCPU", SIGXCPU},
        {"XFSZ", SIGXFSZ}, {"VTALRM", SIGVTALRM}, {"PROF", SIGPROF},   {"WINCH", SIGWINCH},
        {"POLL", SIGPOLL}, {"PWR", SIGPWR},       {"SYS", SIGSYS},     {"RTMIN", SIGRTMIN},
        {"IO", SIGIO},     {"IOT", SIGIOT},       {"RTMAX", SIGRTMAX}, {"CLD", SIGCLD},
    };
    for (const auto& [name, number] : rows) EXPECT_EQ(*parse_signal(name), number) << name;
}

TEST(Signals, AcceptsAnySpelling) {
    for (const std::string_view text : {"TERM", "SIGTERM", "sigterm", " Term ", "15", " 15 "})
        EXPECT_EQ(*parse_signal(text), 15) << text;
    for (const std::string_view text : {"0", "33", "34", "64"})
        EXPECT_EQ(static_cast<bool>(parse_signal(text)), text != "33") << text;
}

TEST(Signals, ComplaintsAreSupervisors) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"NOPE", "value 'NOPE' is not a valid signal name"},
        {"rtmin+1", "value 'rtmin+1' is not a valid signal name"},
        {"", "value '' is not a valid signal name"},
        {"99", "value '99' is not a valid signal number"},
        {"-1", "value '-1' is not a valid signal number"},
        {"32", "value '32' is not a valid signal number"},
    };
    for (const auto& [text, complaint] : rows) {
        const auto got = parse_signal(text);
        ASSERT_FALSE(got) << text;
        EXPECT_EQ(got.error().text(), complaint);
    }
}

TEST(Signals, NamesResolveAliases) {
    EXPECT_EQ(signal_name(15), "SIGTERM");
    EXPECT_EQ(signal_name(6), "SIGABRT");
    EXPECT_EQ(signal_name(17), "SIGCHLD");
    EXPECT_EQ(signal_name(29), "SIGPOLL");
    EXPECT_EQ(signal_name(34), "SIGRTMIN");
    EXPECT_EQ(signal_name(64), "SIGRTMAX");
    EXPECT_EQ(signal_name(0), "signal 0");
    EXPECT_EQ(signal_name(40), "signal 40");
}

}  // namespace
}  // namespace ringmaster::core

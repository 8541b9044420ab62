#include "core/signals.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/repr.hpp"
#include "core/text.hpp"

namespace ringmaster::core {
namespace {

struct named_signal {
    std::string_view name;
    int number;
};

/// asm-generic/signal.h. The first name of a number is the one that is printed.
constexpr std::array signals{
    named_signal{"HUP", 1},     named_signal{"INT", 2},     named_signal{"QUIT", 3},
    named_signal{"ILL", 4},     named_signal{"TRAP", 5},    named_signal{"ABRT", 6},
    named_signal{"IOT", 6},     named_signal{"BUS", 7},     named_signal{"FPE", 8},
    named_signal{"KILL", 9},    named_signal{"USR1", 10},   named_signal{"SEGV", 11},
    named_signal{"USR2", 12},   named_signal{"PIPE", 13},   named_signal{"ALRM", 14},
    named_signal{"TERM", 15},   named_signal{"STKFLT", 16}, named_signal{"CHLD", 17},
    named_signal{"CLD", 17},    named_signal{"CONT", 18},   named_signal{"STOP", 19},
    named_signal{"TSTP", 20},   named_signal{"TTIN", 21},   named_signal{"TTOU", 22},
    named_signal{"URG", 23},    named_signal{"XCPU", 24},   named_signal{"XFSZ", 25},
    named_signal{"VTALRM", 26}, named_signal{"PROF", 27},   named_signal{"WINCH", 28},
    named_signal{"POLL", 29},   named_signal{"IO", 29},     named_signal{"PWR", 30},
    named_signal{"SYS", 31},    named_signal{"RTMIN", 34},  named_signal{"RTMAX", 64},
};

bool is_valid_number(std::int64_t number) {
    return (number >= 0 && number <= 31) || number == 34 || number == 64;
}

}  // namespace

parsed<int> parse_signal(std::string_view value) {
    if (const auto number = parse_python_int(value)) {
        if (is_valid_number(*number)) return static_cast<int>(*number);
        return value_error::of(fmt::format("value {} is not a valid signal number", repr(value)));
    }
    std::string name = to_upper(strip(value));
    if (name.starts_with("SIG")) name.erase(0, 3);
    const auto found = std::ranges::find(signals, name, &named_signal::name);
    if (found != signals.end()) return found->number;
    return value_error::of(fmt::format("value {} is not a valid signal name", repr(value)));
}

std::string signal_name(int number) {
    const auto found = std::ranges::find(signals, number, &named_signal::number);
    if (found != signals.end()) return fmt::format("SIG{}", found->name);
    return fmt::format("signal {}", number);
}

}  // namespace ringmaster::core

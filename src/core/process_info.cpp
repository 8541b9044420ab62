#include "core/process_info.hpp"

#include <algorithm>
#include <array>

#include <fmt/compile.h>
#include <fmt/format.h>

namespace ringmaster::core {
namespace {

constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// "pid 12, uptime H:MM:SS" with unpadded hours, which stand behind "<n> days, " from a day on.
std::string running_since(int pid, std::int64_t seconds) {
    // A list of thousands has one for each: formatted in place, which is several times faster than
    // into a string that grows.
    std::array<char, 80> text;
    char* end = fmt::format_to(text.data(), FMT_COMPILE("pid {}, uptime "), pid);
    const std::int64_t days = seconds / 86400;
    if (days != 0) end = fmt::format_to(end, FMT_COMPILE("{} day{}, "), days, days == 1 ? "" : "s");
    seconds %= 86400;
    end = fmt::format_to(end, FMT_COMPILE("{}:{:02}:{:02}"), seconds / 3600, seconds / 60 % 60,
                         seconds % 60);
    return {text.data(), end};
}

/// "Nov 22 11:37 AM" in local time, with English names whatever the locale.
std::string stop_time(std::int64_t when) {
    const auto seconds = static_cast<std::time_t>(when);
    std::tm local{};
    ::localtime_r(&seconds, &local);
    const int hour = local.tm_hour % 12 == 0 ? 12 : local.tm_hour % 12;
    return fmt::format("{} {:02} {:02}:{:02} {}", months.at(static_cast<std::size_t>(local.tm_mon)),
                       local.tm_mday, hour, local.tm_min, local.tm_hour < 12 ? "AM" : "PM");
}

}  // namespace

std::string_view state_name(process_state state) {
    switch (state) {
        case process_state::stopped: return "STOPPED";
        case process_state::starting: return "STARTING";
        case process_state::running: return "RUNNING";
        case process_state::backoff: return "BACKOFF";
        case process_state::stopping: return "STOPPING";
        case process_state::exited: return "EXITED";
        case process_state::fatal: return "FATAL";
        case process_state::unknown: return "UNKNOWN";
    }
    return "UNKNOWN";
}

std::string_view state_name(daemon_state state) {
    switch (state) {
        case daemon_state::shutdown: return "SHUTDOWN";
        case daemon_state::restarting: return "RESTARTING";
        case daemon_state::running: return "RUNNING";
    }
    return "RUNNING";
}

bool is_stopped(process_state state) {
    return state == process_state::stopped || state == process_state::exited ||
           state == process_state::fatal || state == process_state::unknown;
}

bool is_running(process_state state) {
    return state == process_state::running || state == process_state::backoff ||
           state == process_state::starting;
}

bool is_signallable(process_state state) {
    return state == process_state::running || state == process_state::starting ||
           state == process_state::stopping;
}

std::string describe(const process_info& info) {
    switch (info.state) {
        case process_state::running:
            return running_since(info.pid, std::max<std::int64_t>(0, info.now - info.start));
        case process_state::backoff:
        case process_state::fatal:
            if (!info.spawnerr.empty()) return std::string(info.spawnerr);
            return fmt::format("unknown error (try \"tail {}\")", info.name);
        case process_state::stopped:
        case process_state::exited: return info.start == 0 ? "Not started" : stop_time(info.stop);
        case process_state::starting:
        case process_state::stopping:
        case process_state::unknown: return {};
    }
    return {};
}

std::string namespec(std::string_view group, std::string_view name) {
    if (group == name) return std::string(name);
    return fmt::format(FMT_COMPILE("{}:{}"), group, name);
}

}  // namespace ringmaster::core

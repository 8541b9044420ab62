// Actions on logs: tail and maintail, as a look at the end or followed.
#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "core/repr.hpp"
#include "core/text.hpp"
#include "ctl/action_table.hpp"
#include "ctl/actions.hpp"
#include "ctl/answers.hpp"
#include "ctl/interrupt.hpp"
#include "ctl/log_stream.hpp"

namespace ringmaster::ctl {
namespace {

using words = std::vector<std::string>;
using code = rpc::fault_code;

constexpr std::int64_t default_tail = 1600;  // bytes

/// How a log is to be shown: followed, or its last bytes.
struct view {
    bool follow = false;
    std::int64_t bytes = default_tail;
};

std::optional<view> parse_modifier(std::string_view modifier) {
    if (!modifier.starts_with('-')) return std::nullopt;
    const auto rest = modifier.substr(1);
    if (rest == "f") return view{true, 0};
    const auto number = core::parse_python_int(rest);
    if (!number) return std::nullopt;
    return view{false, *number};
}

void complain(session& with, std::string_view message) {
    with.out().line(fmt::format("Error: {}", message));
    with.set_status(exit_generic);
}

void complain_with_usage(session& with, std::string_view action, std::string_view message) {
    print_usage_error(with, action, message);
    with.set_status(exit_generic);
}

outcome<void> follow(session& with, std::string_view path) {
    const interrupt_scope catch_interrupt;
    with.out().line("==> Press Ctrl-C to exit <==");
    auto stream = log_stream::open(with.server(), path);
    outcome<bool> more = true;
    if (!stream)
        more = stream.error();
    else
        while (more && *more && !with.out().failed()) more = stream->pump(with.out());
    if (more) return {};
    if (more.error().kind != failure_kind::interrupted) return more.error();
    with.out().line();
    return {};
}

/// Which log to read: a method and its parameters in front of offset and length.
struct log_source {
    std::string_view method;
    rpc::array parameters;
    std::string_view name;        ///< what messages call the log's owner
    bool may_be_unknown = false;  ///< it is a process, which the server may not have
};

outcome<void> show_end(session& with, log_source from, std::int64_t bytes) {
    constexpr std::int64_t limit = std::numeric_limits<std::int32_t>::max();
    if (-bytes > limit || -bytes < -limit - 1)
        return plain_failure("OverflowError", "int exceeds XML-RPC limits");
    from.parameters.emplace_back(-bytes);
    from.parameters.emplace_back(std::int64_t{0});
    const auto answer = with.rpc().call(from.method, std::move(from.parameters));
    if (answer) {
        const auto text = read_text(*answer);
        if (!text) return text.error();
        with.out().line(*text);
        return {};
    }
    const auto why = answer.error();
    std::string_view reason;
    if (why.is(code::no_file))
        reason = "no log file";
    else if (why.is(code::failed))
        reason = "unknown error reading log";
    else if (why.is(code::bad_name) && from.may_be_unknown)
        reason = "no such process name";
    else
        return why;
    with.out().line(fmt::format("{}: ERROR ({})", from.name, reason));
    with.set_status(exit_generic);
    return {};
}

/// The words of `tail`: [modifier] name [channel].
struct tail_request {
    std::string modifier;  ///< empty: none
    std::string name;
    std::string channel = "stdout";
};

tail_request parse_tail(words given) {
    tail_request wanted;
    if (given.front().starts_with('-')) {
        wanted.modifier = given.front();
        given.erase(given.begin());
    }
    if (!given.empty()) wanted.name = given.front();
    if (given.size() > 1) wanted.channel = core::to_lower(given.back());
    return wanted;
}

}  // namespace

outcome<void> tail_log(session& with, std::string_view arguments) {
    const auto usable = with.check_server();
    if (!usable) return usable.error();
    if (!*usable) return {};
    auto given = core::split_blanks(arguments);
    if (given.empty() || given.size() > 3) {
        complain_with_usage(with, "tail",
                            given.empty() ? "too few arguments" : "too many arguments");
        return {};
    }
    const auto wanted = parse_tail(std::move(given));
    std::optional<view> how = view{};
    if (!wanted.modifier.empty()) how = parse_modifier(wanted.modifier);

    if (wanted.name.empty())
        complain(with, "tail requires process name");
    else if (wanted.channel != "stdout" && wanted.channel != "stderr")
        complain(with, fmt::format("bad channel {}", core::repr(wanted.channel)));
    else if (!how)
        complain(with, fmt::format("bad argument {}", wanted.modifier));
    else if (how->follow)
        return follow(with, log_path(wanted.name, wanted.channel));
    else
        return show_end(
            with,
            {wanted.channel == "stdout" ? "readProcessStdoutLog" : "readProcessStderrLog",
             {{wanted.name}},
             wanted.name,
             true},
            how->bytes);
    return {};
}

outcome<void> tail_main_log(session& with, std::string_view arguments) {
    const auto usable = with.check_server();
    if (!usable) return usable.error();
    if (!*usable) return {};
    const auto given = core::split_blanks(arguments);
    if (given.size() > 1) {
        complain_with_usage(with, "maintail", "too many arguments");
        return {};
    }
    std::optional<view> how = view{};
    if (!given.empty()) how = parse_modifier(given.front());
    if (!how) {
        complain(with, fmt::format("bad argument {}", given.front()));
        return {};
    }
    if (how->follow) return follow(with, "/mainlogtail");
    return show_end(with, {"readLog", {}, "supervisord"}, how->bytes);
}

}  // namespace ringmaster::ctl

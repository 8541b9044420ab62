#include "core/option_values.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "core/environment_syntax.hpp"
#include "core/event_types.hpp"
#include "core/repr.hpp"
#include "core/signals.hpp"
#include "core/text.hpp"
#include "core/value_types.hpp"

namespace ringmaster::core {
namespace {

constexpr std::int64_t most_threads = 64;
constexpr std::int64_t least_drain_memory = 1 << 20;
constexpr std::int64_t most_backlog = 65535;

/// The value of a parse into `out`, or its error onwards.
template <class From, class To>
parsed<void> store(const parsed<From>& from, To& out) {
    if (!from) return from.error();
    out = *from;
    return {};
}

parsed<std::int64_t> parse_thread_count(std::string_view text) {
    RM_TRY(const auto count, parse_integer(text));
    if (count < 1 || count > most_threads)
        return value_error::of(
            fmt::format("{} is not a number of threads from 1 to {}", count, most_threads));
    return count;
}

parsed<std::int64_t> parse_concurrency(std::string_view text) {
    RM_TRY(const auto at_once, parse_integer(text));
    if (at_once < 0) return value_error::of(fmt::format("{} is less than 0", at_once));
    return at_once;
}

parsed<std::int64_t> parse_drain_memory(std::string_view text) {
    RM_TRY(const auto bytes, parse_byte_size(text));
    if (bytes < least_drain_memory)
        return value_error::of(fmt::format("{} bytes are less than 1MB", bytes));
    return bytes;
}

parsed<std::string> parse_engine(std::string_view text) {
    constexpr std::array<std::string_view, 3> engines{"auto", "uring", "epoll"};
    auto word = to_lower(text);
    if (std::ranges::find(engines, word) == engines.end())
        return value_error::of(fmt::format("not an io_engine: {}", repr(text)));
    return {boost::system::in_place_value, std::move(word)};
}

/// The path of a unix socket made absolute; anything else as it is.
std::string client_url(std::string_view text, const machine_types& machine) {
    constexpr std::string_view local = "unix://";
    if (!text.starts_with(local)) return std::string(text);
    return std::string(local) + machine.absolute_path(text.substr(local.size()));
}

parsed<std::vector<std::string>> parse_events(std::string_view text) {
    std::set<std::string> events;
    for (const auto& item : parse_list(text)) events.insert(to_upper(item));
    for (const auto& event : events)
        if (!is_event_type(event))
            return value_error::of(fmt::format("Unknown event type {}", event));
    return std::vector<std::string>(events.begin(), events.end());
}

parsed<int> parse_backlog(std::string_view text) {
    RM_TRY(const auto backlog, parse_integer(text));
    if (backlog < 1 || backlog > most_backlog)
        return value_error::of(fmt::format("Invalid socket_backlog value {}", backlog));
    return static_cast<int>(backlog);
}

parsed<std::string> parse_string(const option& row, std::string_view text, machine_types& machine) {
    switch (row.type) {
        case value_type::directory: return machine.existing_directory(text);
        case value_type::dirpath: return machine.existing_dirpath(text);
        case value_type::engine: return parse_engine(text);
        case value_type::path: return machine.absolute_path(strip(text));
        case value_type::client_url: return client_url(text, machine);
        case value_type::entry_point:
            // The complaint of such a row needs no reason.
            if (text != row.example()) return value_error::of({});
            [[fallthrough]];
        default: return {boost::system::in_place_value, text};
    }
}

}  // namespace

parsed<void> assign(const option&, std::string_view text, bool& out, machine_types&) {
    return store(parse_boolean(text), out);
}

parsed<void> assign(const option& row, std::string_view text, int& out, machine_types&) {
    if (row.type == value_type::signal) return store(parse_signal(text), out);
    const auto number = row.type == value_type::thread_count  ? parse_thread_count(text)
                        : row.type == value_type::concurrency ? parse_concurrency(text)
                                                              : parse_integer(text);
    if (!number) return number.error();
    out = clamp_to_int(*number);
    return {};
}

parsed<void> assign(const option& row, std::string_view text, std::int64_t& out, machine_types&) {
    if (row.type == value_type::drain_memory) return store(parse_drain_memory(text), out);
    return store(row.type == value_type::byte_size ? parse_byte_size(text) : parse_integer(text),
                 out);
}

parsed<void> assign(const option&, std::string_view text, std::uint32_t& out, machine_types&) {
    return store(parse_octal(text), out);
}

parsed<void> assign(const option&, std::string_view text, std::optional<std::uint32_t>& out,
                    machine_types&) {
    return store(parse_octal(text), out);
}

parsed<void> assign(const option& row, std::string_view text, std::string& out,
                    machine_types& machine) {
    return store(parse_string(row, text, machine), out);
}

parsed<void> assign(const option& row, std::string_view text, std::optional<std::string>& out,
                    machine_types& machine) {
    const bool is_unset = row.type == value_type::serverurl
                              ? to_upper(strip(text)) == "AUTO"
                              : row.type == value_type::path && text.empty();
    if (is_unset) {
        out.reset();
        return {};
    }
    return store(parse_string(row, text, machine), out);
}

parsed<void> assign(const option&, std::string_view text, std::vector<int>& out, machine_types&) {
    return store(parse_exit_codes(text), out);
}

parsed<void> assign(const option&, std::string_view text, log_level& out, machine_types&) {
    return store(parse_level(text), out);
}

parsed<void> assign(const option&, std::string_view text, autorestart_mode& out, machine_types&) {
    return store(parse_autorestart(text), out);
}

parsed<void> assign(const option&, std::string_view text, std::optional<account>& out,
                    machine_types& machine) {
    return store(machine.user(text), out);
}

parsed<void> assign(const option&, std::string_view text, environment& out, machine_types&) {
    return store(parse_environment(text), out);
}

parsed<void> assign(const option&, std::string_view text, channel_config& out,
                    machine_types& machine) {
    using target = channel_config::target;
    const auto word = to_lower(text);
    out.path.clear();
    if (word == "auto") {
        out.kind = target::automatic;
    } else if (word.empty() || word == "none" || word == "off" || word == "syslog") {
        out.kind = target::none;
        if (word == "syslog") out.syslog = true;
    } else {
        out.kind = target::file;
        return store(machine.existing_dirpath(text), out.path);
    }
    return {};
}

parsed<void> assign(const option&, std::string_view text, server_config& out, machine_types&) {
    RM_TRY(const auto address, parse_inet_address(text));
    out.host = address.host;
    out.port = address.port;
    return {};
}

parsed<void> assign(const option&, std::string_view text, fcgi_socket_config& out, machine_types&) {
    RM_TRY(const auto address, parse_socket_url(text));
    out.url = address.url;
    out.kind = address.kind;
    out.path = address.path;
    out.host = address.host;
    out.port = address.port;
    return {};
}

parsed<void> assign(const option&, std::string_view text, ownership& out, machine_types& machine) {
    return store(machine.user_and_group(text), out);
}

parsed<void> assign(const option&, std::string_view text, std::optional<int>& out, machine_types&) {
    return store(parse_backlog(text), out);
}

parsed<void> assign(const option& row, std::string_view text, std::vector<std::string>& out,
                    machine_types&) {
    if (row.type == value_type::events) return store(parse_events(text), out);
    out = parse_list(text);
    return {};
}

}  // namespace ringmaster::core

#include "core/option_values.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/environment_syntax.hpp"
#include "core/repr.hpp"
#include "core/signals.hpp"
#include "core/text.hpp"
#include "core/value_types.hpp"

namespace ringmaster::core {
namespace {

constexpr std::int64_t most_threads = 64;

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

parsed<std::string> parse_engine(std::string_view text) {
    constexpr std::array<std::string_view, 3> engines{"auto", "uring", "epoll"};
    auto word = to_lower(text);
    if (std::ranges::find(engines, word) == engines.end())
        return value_error::of(fmt::format("not an io_engine: {}", repr(text)));
    return {boost::system::in_place_value, std::move(word)};
}

parsed<std::string> parse_string(value_type type, std::string_view text, machine_types& machine) {
    switch (type) {
        case value_type::directory: return machine.existing_directory(text);
        case value_type::dirpath: return machine.existing_dirpath(text);
        case value_type::engine: return parse_engine(text);
        default: return {boost::system::in_place_value, text};
    }
}

}  // namespace

parsed<void> assign(value_type, std::string_view text, bool& out, machine_types&) {
    return store(parse_boolean(text), out);
}

parsed<void> assign(value_type type, std::string_view text, int& out, machine_types&) {
    if (type == value_type::signal) return store(parse_signal(text), out);
    const auto number =
        type == value_type::thread_count ? parse_thread_count(text) : parse_integer(text);
    if (!number) return number.error();
    out = clamp_to_int(*number);
    return {};
}

parsed<void> assign(value_type, std::string_view text, std::int64_t& out, machine_types&) {
    return store(parse_byte_size(text), out);
}

parsed<void> assign(value_type, std::string_view text, std::uint32_t& out, machine_types&) {
    return store(parse_octal(text), out);
}

parsed<void> assign(value_type, std::string_view text, std::optional<std::uint32_t>& out,
                    machine_types&) {
    return store(parse_octal(text), out);
}

parsed<void> assign(value_type type, std::string_view text, std::string& out,
                    machine_types& machine) {
    return store(parse_string(type, text, machine), out);
}

parsed<void> assign(value_type type, std::string_view text, std::optional<std::string>& out,
                    machine_types& machine) {
    if (type == value_type::serverurl && to_upper(strip(text)) == "AUTO") {
        out.reset();
        return {};
    }
    return store(parse_string(type, text, machine), out);
}

parsed<void> assign(value_type, std::string_view text, std::vector<int>& out, machine_types&) {
    return store(parse_exit_codes(text), out);
}

parsed<void> assign(value_type, std::string_view text, log_level& out, machine_types&) {
    return store(parse_level(text), out);
}

parsed<void> assign(value_type, std::string_view text, autorestart_mode& out, machine_types&) {
    return store(parse_autorestart(text), out);
}

parsed<void> assign(value_type, std::string_view text, std::optional<account>& out,
                    machine_types& machine) {
    return store(machine.user(text), out);
}

parsed<void> assign(value_type, std::string_view text, environment& out, machine_types&) {
    return store(parse_environment(text), out);
}

parsed<void> assign(value_type, std::string_view text, channel_config& out,
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

}  // namespace ringmaster::core

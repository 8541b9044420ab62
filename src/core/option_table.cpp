#include "core/option_table.hpp"

#include <algorithm>

#include "core/option_rows.hpp"

namespace ringmaster::core {

std::span<const option_section> option_sections() {
    using kind = section_kind;
    static const option_section sections[] = {
        {kind::unix_server, "[unix_http_server]", "a control socket on this machine", true,
         rows::unix_server()},
        {kind::inet_server, "[inet_http_server]", "a control port on the network", false,
         rows::inet_server()},
        {kind::supervisord, "[supervisord]", "the daemon itself", true, rows::supervisord()},
        {kind::rpcinterface, "[rpcinterface:supervisor]", "the interface that clients use", true,
         rows::rpcinterface()},
        {kind::supervisorctl, "[supervisorctl]", "the control client", true, rows::supervisorctl()},
        {kind::program, "[program:theprogramname]", "a program to keep running", false,
         rows::program()},
        {kind::listener, "[eventlistener:theeventlistenername]",
         "a program that is told of events; all options of a program, and", false,
         rows::listener()},
        {kind::fcgi, "[fcgi-program:thefcgiprogramname]",
         "programs behind one listening socket; all options of a program, and", false,
         rows::fcgi()},
        {kind::group, "[group:thegroupname]", "programs that are controlled together", false,
         rows::group()},
        {kind::include, "[include]", "more configuration files", false, rows::include()},
    };
    return sections;
}

std::span<const option> options_of(section_kind kind) {
    return std::ranges::find(option_sections(), kind, &option_section::kind)->options;
}

const option* find_option(section_kind kind, std::string_view name) {
    const auto own = options_of(kind);
    const auto found = std::ranges::find(own, name, &option::name);
    if (found != own.end()) return &*found;
    const bool inherits = kind == section_kind::listener || kind == section_kind::fcgi;
    return inherits ? find_option(section_kind::program, name) : nullptr;
}

std::optional<section_kind> kind_of_section(std::string_view name) {
    for (const auto& section : option_sections()) {
        auto known = section.header.substr(1, section.header.size() - 2);
        const auto colon = known.find(':');
        const bool is_server = known.ends_with("http_server");
        if (colon != std::string_view::npos ? name.starts_with(known.substr(0, colon + 1))
            : is_server                     ? name.starts_with(known)
                                            : name == known)
            return section.kind;
    }
    return std::nullopt;
}

std::string_view expectation(value_type type) {
    switch (type) {
        case value_type::integer: return "a whole number";
        case value_type::seconds: return "a whole number of seconds";
        case value_type::boolean: return "true or false";
        case value_type::byte_size: return "a number of bytes, such as 1024, 64KB or 50MB";
        case value_type::octal: return "an octal number, such as 022";
        case value_type::exit_codes: return "numbers from 0 to 255, separated by commas";
        case value_type::list: return "names, separated by commas";
        case value_type::words: return "words, separated by blanks";
        case value_type::signal: return "a signal, such as TERM or 15";
        case value_type::autorestart: return "true, false or unexpected";
        case value_type::loglevel: return "critical, error, warn, info, debug, trace or blather";
        case value_type::directory: return "a directory that exists";
        case value_type::dirpath: return "a path in a directory that exists";
        case value_type::logfile: return "AUTO, NONE, or a path in a directory that exists";
        case value_type::user: return "a user of this machine, by name or number";
        case value_type::user_and_group: return "user or user:group of this machine";
        case value_type::address: return "port, *:port or host:port, from 1 to 65535";
        case value_type::variables: return "KEY=\"value\" pairs, separated by commas";
        case value_type::name: return "a name without blank, colon and slash";
        case value_type::events: return "event types, separated by commas";
        case value_type::path: return "a path";
        case value_type::client_url: return "unix:///path or http://host:port";
        case value_type::socket: return "unix:///absolute/path or tcp://host:port";
        case value_type::backlog: return "a whole number from 1 to 65535";
        case value_type::engine: return "auto, uring or epoll";
        case value_type::thread_count: return "a whole number from 1 to 64";
        case value_type::drain_memory: return "a number of bytes from 1MB, such as 64MB";
        case value_type::concurrency: return "a whole number from 0";
        case value_type::serverurl: return "AUTO, or a URL";
        case value_type::text:
        case value_type::entry_point:
        case value_type::ignored: return "text";
    }
    return "text";
}

std::string_view expectation(const option& row) {
    return row.type == value_type::entry_point ? row.example() : expectation(row.type);
}

}  // namespace ringmaster::core

// Every option of the configuration file, declared once.
//
// A row says where an option lives, its type, its default, how the command line spells it, and
// which member of the model it fills. The loaders of daemon and client, the command line, the
// comparison of a reread, the dumps and the printed sample all go by the rows; adding an option is
// adding a row and a member. The rows of one section are in the order in which Supervisor
// evaluates them, because its first complaint is part of the interface.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/client_config.hpp"
#include "core/config.hpp"

namespace ringmaster::core {

enum class section_kind : std::uint8_t {
    unix_server,
    inet_server,
    supervisord,
    rpcinterface,
    supervisorctl,
    program,
    listener,  ///< has all rows of program, too
    fcgi,      ///< has all rows of program, too
    group,
    include,
};

enum class value_type : std::uint8_t {
    text,
    integer,
    seconds,
    boolean,
    byte_size,
    octal,
    exit_codes,
    list,
    words,
    signal,
    autorestart,
    loglevel,
    directory,
    dirpath,
    logfile,
    user,
    user_and_group,
    address,
    variables,  ///< KEY=value pairs
    serverurl,  ///< of a program
    name,
    events,
    path,         ///< made absolute and normalised
    client_url,   ///< a unix:// path as above
    entry_point,  ///< the one that is built in; Python code cannot be loaded
    socket,
    backlog,
    engine,        ///< auto, uring, epoll
    thread_count,  ///< 1 … 64
    drain_memory,  ///< bytes, from 1 MiB
    concurrency,   ///< how many at once; 0: any number
    ignored,
};

/// When an option of [program:x] is evaluated, which decides what it may refer to.
enum class stage : std::uint8_t {
    section,  ///< once
    process,  ///< for each of numprocs
};

/// What an option may refer to that is not [program:x]'s. Each has the names of those above it.
enum class scope : std::uint8_t {
    variables,  ///< %(ENV_X)s
    file,       ///< %(here)s
    machine,    ///< %(host_node_name)s
};

/// Reaches a member of the model.
template <class Owner>
using field_of = std::variant<
    bool& (*)(Owner&), int& (*)(Owner&), std::optional<int>& (*)(Owner&), std::int64_t& (*)(Owner&),
    std::uint32_t& (*)(Owner&), std::optional<std::uint32_t>& (*)(Owner&), std::string& (*)(Owner&),
    std::optional<std::string>& (*)(Owner&), std::vector<int>& (*)(Owner&),
    std::vector<std::string>& (*)(Owner&), log_level& (*)(Owner&), autorestart_mode& (*)(Owner&),
    std::optional<account>& (*)(Owner&), ownership& (*)(Owner&), environment& (*)(Owner&),
    channel_config& (*)(Owner&), server_config& (*)(Owner&), fcgi_socket_config& (*)(Owner&)>;

/// Unset for options that fill no single member.
using option_field = std::variant<std::monostate, field_of<daemon_config>, field_of<process_config>,
                                  field_of<server_config>, field_of<group_config>,
                                  field_of<fcgi_socket_config>, field_of<client_config>>;

/// How a [supervisord] option is given on the command line.
struct command_line_form {
    bool exists = false;
    char letter = '\0';  ///< '\0': long form only
};

struct option {
    std::string_view name;
    value_type type = value_type::text;
    /// What an absent option means, as text. Empty: nothing, or `help` tells.
    std::string_view fallback;
    std::string_view help;
    /// What the sample shows where the default would teach nothing.
    std::string_view sample = {};
    /// Supervisor's complaint when the option is absent, of {section}. Empty: it may be absent.
    std::string_view missing = {};
    bool empty_is_missing = false;
    /// Supervisor's complaint about a wrong {value} in {section}; {why} is the type's own.
    std::string_view complaint = "{why}";
    bool in_force = false;   ///< in the sample, although it may be absent
    bool extension = false;  ///< not in Supervisor
    scope sees = scope::file;
    stage when = stage::section;
    command_line_form command_line = {};
    option_field field = {};

    bool required() const noexcept { return !missing.empty(); }
    /// A value that can be used as it is.
    std::string_view example() const noexcept { return sample.empty() ? fallback : sample; }
};

struct option_section {
    section_kind kind;
    std::string_view header;  ///< as in a file, "[program:x]" for named ones
    std::string_view help;
    bool in_sample_active = false;  ///< not commented out in the sample
    std::span<const option> options;
};

/// All sections in the order of the sample.
std::span<const option_section> option_sections();
/// Rows of one section; those of program are not repeated for listener and fcgi.
std::span<const option> options_of(section_kind kind);
/// Also finds program's options for listener and fcgi. Null if there is no such option.
const option* find_option(section_kind kind, std::string_view name);

/// What a section is by the name in its header; unset for names that mean nothing.
std::optional<section_kind> kind_of_section(std::string_view name);

/// "a whole number of seconds", "true or false": completes "expected …".
std::string_view expectation(value_type type);
std::string_view expectation(const option& row);

}  // namespace ringmaster::core

// Every option of the configuration file, declared once.
//
// A row says where an option lives, its type, its default, how the command line spells it, and
// which member of the model it fills. The loader, the command line, the comparison of a reread
// and the printed sample all go by the rows; adding an option is adding a row. The rows of one
// section are in the order in which Supervisor evaluates them, because its first complaint is
// part of the interface.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

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
    serverurl,
    name,
    events,
    socket,
    port_like,     ///< 1 … 65535
    engine,        ///< auto, uring, epoll
    thread_count,  ///< 1 … 64
    ignored,
};

/// When an option of a program-type section is evaluated, which decides what it may refer to.
enum class stage : std::uint8_t {
    section,  ///< once
    process,  ///< for each of numprocs
    group,    ///< by the group that is made of the section
};

/// Reaches a member of the model. Unset for options that fill no single member.
template <class Owner>
using field_of =
    std::variant<std::monostate, bool& (*)(Owner&), int& (*)(Owner&), std::int64_t& (*)(Owner&),
                 std::uint32_t& (*)(Owner&), std::optional<std::uint32_t>& (*)(Owner&),
                 std::string& (*)(Owner&), std::optional<std::string>& (*)(Owner&),
                 std::vector<int>& (*)(Owner&), log_level& (*)(Owner&),
                 autorestart_mode& (*)(Owner&), std::optional<account>& (*)(Owner&),
                 environment& (*)(Owner&), channel_config& (*)(Owner&)>;

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
    bool required = false;
    bool extension = false;  ///< not in Supervisor
    stage when = stage::section;
    command_line_form command_line = {};
    field_of<daemon_config> daemon = {};
    field_of<process_config> process = {};
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

}  // namespace ringmaster::core

#include "core/config_dump.hpp"

#include <algorithm>
#include <optional>
#include <unordered_set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/option_reading.hpp"
#include "core/percent_format.hpp"
#include "core/repr.hpp"
#include "core/text.hpp"
#include "core/value_types.hpp"

namespace ringmaster::core {
namespace {

/// Expands to nothing. Keeps blanks that would be stripped, and comment marks from being any.
constexpr std::string_view guard = "%(here).0s";

/// One line of a value with guards where the reader of files would leave something out.
std::string guarded(std::string_view line) {
    std::string out;
    char before = ' ';
    for (const char c : line) {
        const bool may_be_blank = before == ' ' || static_cast<unsigned char>(before) >= 0x80 ||
                                  (before >= '\t' && before <= '\r');
        if (may_be_blank && (c == ';' || c == '#')) out += guard;
        out += c;
        before = c;
    }
    if (strip_right(line).size() != line.size()) out += guard;
    return leading_blanks(line) == 0 ? out : std::string(guard) + out;
}

/// A template that may have several lines, as it stands in a file.
std::string as_lines(std::string_view text) {
    std::string out;
    for (;;) {
        const auto end = text.find('\n');
        out += guarded(text.substr(0, end));
        if (end == std::string_view::npos) return out;
        text.remove_prefix(end + 1);
        // Line feeds at the end would be stripped.
        out += text.empty() ? fmt::format("\n\t{}", guard) : "\n\t";
    }
}

class ini_writer {
public:
    result<std::string, config_error> run(const config& from);

private:
    void header(std::string_view section);
    void header(std::string_view kind, std::string_view name);
    void line(std::string_view option, std::string_view value);
    /// Nothing for a row without a value.
    template <class Owner>
    void row(const option& row, const Owner& owner);
    /// The value has something that cannot be kept in this row.
    void fail(const option& row);
    void program_rows(const process_config& process, const pool_numbering* numbering);
    template <class Owner>
    void rows(section_kind kind, const Owner& owner);

    void daemon(const daemon_config& daemon);
    void server(const server_config& server);
    void group(const group_config& group);
    void pool(const group_config& group, std::string_view kind);
    void process(std::string_view kind, std::string_view section, const process_config& process);
    void socket(const fcgi_socket_config& socket);
    std::string section_for(const process_config& process, const group_config& group);

    std::string out_;
    std::string open_section_;  ///< of the last header
    std::optional<config_error> problem_;
    std::unordered_set<std::string> sections_;  ///< of programs, whose names must be unique
};

void ini_writer::header(std::string_view section) {
    out_ += fmt::format("{}[{}]\n", out_.empty() ? "" : "\n", section);
    open_section_ = section;
}

void ini_writer::header(std::string_view kind, std::string_view name) {
    header(fmt::format("{}:{}", kind, name));
}

void ini_writer::line(std::string_view option, std::string_view value) {
    out_ += fmt::format("{}={}\n", option, value);
}

template <class Owner>
void ini_writer::row(const option& row, const Owner& owner) {
    const auto value = read_option(row, owner);
    if (std::holds_alternative<std::monostate>(value)) return;
    const auto text = escape_percent(option_text(row, value));
    const auto lines = as_lines(text);
    if (row.sees == scope::variables && lines != text)
        fail(row);
    else
        line(row.name, lines);
}

/// A guard would be taken literally here, or refused.
void ini_writer::fail(const option& row) {
    if (!problem_)
        problem_ = {fmt::format("the value of {} in section {} cannot be written as ini: it has "
                                "blanks, line feeds or comment marks that only an environment "
                                "variable can bring in",
                                row.name, repr(open_section_)),
                    {"--dump=json can show it"}};
}

template <class Owner>
void ini_writer::rows(section_kind kind, const Owner& owner) {
    for (const auto& one : options_of(kind))
        if (one.type != value_type::name && one.name != "priority") row(one, owner);
}

void ini_writer::daemon(const daemon_config& daemon) {
    header("supervisord");
    rows(section_kind::supervisord, daemon);
}

void ini_writer::server(const server_config& server) {
    header(server.section);
    rows(server.kind == family::inet ? section_kind::inet_server : section_kind::unix_server,
         server);
}

/// The program section that stands for one process: named after it where that is possible.
std::string ini_writer::section_for(const process_config& process, const group_config& group) {
    std::string name = process.name;
    const auto usable = [](std::string_view text) {
        const bool plain = std::ranges::all_of(text, [](unsigned char c) {
            return c > ' ' &&
                   std::string_view(",%[];#").find(static_cast<char>(c)) == std::string_view::npos;
        });
        return plain && !text.empty() && parse_name(text) && strip(text) == text;
    };
    const auto stem = usable(group.name) ? group.name : std::string("program");
    if (!usable(name)) name = fmt::format("{}.{}", stem, sections_.size());
    if (sections_.contains(name)) name = fmt::format("{}.{}", stem, name);
    while (!sections_.insert(name).second) name += '_';
    return name;
}

void ini_writer::program_rows(const process_config& process, const pool_numbering* numbering) {
    for (const auto& one : options_of(section_kind::program)) {
        if (one.type == value_type::name || one.name == "priority") continue;
        const bool differs = numbering != nullptr && numbering->texts.contains(one.name);
        if (differs)
            line(one.name, as_lines(numbering->texts.find(one.name)->second));
        else
            row(one, process);
    }
}

void ini_writer::process(std::string_view kind, std::string_view section,
                         const process_config& process) {
    header(kind, section);
    if (process.name != section) row(*find_option(section_kind::program, "process_name"), process);
    if (process.fcgi_socket) socket(*process.fcgi_socket);
    program_rows(process, nullptr);
}

void ini_writer::socket(const fcgi_socket_config& socket) {
    for (const auto& one : options_of(section_kind::fcgi)) {
        const bool of_files =
            one.type == value_type::octal || one.type == value_type::user_and_group;
        if (socket.kind == family::local || !of_files) row(one, socket);
    }
}

/// Groups whose processes share something (an event queue, a socket) stay one section.
void ini_writer::pool(const group_config& group, std::string_view kind) {
    header(kind, group.name);
    const auto* one = group.processes.empty() ? nullptr : &group.processes.front();
    if (group.numbering) {
        line("numprocs", fmt::format("{}", group.numbering->count));
        line("numprocs_start", fmt::format("{}", group.numbering->first));
        line("process_name", as_lines(group.numbering->texts.at("process_name")));
    } else if (one == nullptr) {
        line("numprocs", "0");
    } else if (one->name != group.name) {
        row(*find_option(section_kind::program, "process_name"), *one);
    }
    // Without the option a listener's pool and its processes have different ones.
    if (one == nullptr || one->priority == group.priority)
        line("priority", fmt::format("{}", group.priority));
    if (one != nullptr) program_rows(*one, group.numbering.get());
    if (group.fcgi_socket) socket(*group.fcgi_socket);
    if (group.listener) rows(section_kind::listener, group);
}

void ini_writer::group(const group_config& group) {
    if (group.kind == group_kind::listener) return pool(group, "eventlistener");
    if (group.kind == group_kind::fcgi) return pool(group, "fcgi-program");

    const auto add = [this](std::string_view section, const process_config& one) {
        process(one.fcgi_socket ? "fcgi-program" : "program", section, one);
        line("priority", fmt::format("{}", one.priority));
    };
    const auto& processes = group.processes;
    const bool alone = processes.size() == 1 && processes[0].name == group.name &&
                       processes[0].priority == group.priority && !processes[0].fcgi_socket;
    if (alone && sections_.insert(group.name).second) return add(group.name, processes[0]);

    std::vector<std::string> sections;
    for (const auto& process : processes) sections.push_back(section_for(process, group));
    header("group", group.name);
    line("programs", fmt::format("{}", fmt::join(sections, ",")));
    line("priority", fmt::format("{}", group.priority));
    for (std::size_t i = 0; i < processes.size(); ++i) add(sections[i], processes[i]);
}

result<std::string, config_error> ini_writer::run(const config& from) {
    for (const auto& one : from.groups)
        if (one.kind == group_kind::fcgi) sections_.insert(one.name);
    daemon(from.daemon);
    for (const auto& one : from.servers) server(one);
    for (const auto& name : from.rpc_interfaces) {
        const auto& factory = options_of(section_kind::rpcinterface).front();
        header("rpcinterface", name);
        line(factory.name, factory.sample);
    }
    for (const auto& one : from.groups) group(one);
    if (problem_) return *std::move(problem_);
    return {boost::system::in_place_value, std::move(out_)};
}

}  // namespace

result<std::string, config_error> dump_as_ini(const config& from) {
    return ini_writer().run(from);
}

}  // namespace ringmaster::core

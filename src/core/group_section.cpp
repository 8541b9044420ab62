#include "core/group_section.hpp"

#include <algorithm>
#include <functional>
#include <tuple>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "core/fcgi_section.hpp"
#include "core/pool_numbering.hpp"
#include "core/program_section.hpp"
#include "core/repr.hpp"
#include "core/text.hpp"
#include "core/value_types.hpp"

namespace ringmaster::core {
namespace {

constexpr int listener_priority = -1;

class group_reader {
public:
    explicit group_reader(load_context& context) : context_(context) {}

    void run();

private:
    void read_group(const ini_section& section);
    void read_program(const ini_section& section);
    void read_listener(const ini_section& section);
    void read_fcgi(const ini_section& section);
    /// Runs `read` for the sections with this prefix that no [group:x] names.
    void for_ungrouped(std::string_view prefix, void (group_reader::*read)(const ini_section&));

    void add_member(section_values& values, const std::string& item, group_config& group);
    void add_socket(const ini_section& fcgi, std::vector<process_config>& processes);
    bool check_name(section_values& values);
    int read_priority(section_values& values);
    void check_buffer_size(section_values& values, const listener_config& listener);
    void check_redirection(section_values& values);
    void add(group_config group);
    void settle_names();

    load_context& context_;
    std::unordered_set<std::string> grouped_;  ///< names that appear in [group:x] programs
};

bool group_reader::check_name(section_values& values) {
    const auto name = checked_name_in_section(values.section().name);
    if (!name) values.fail_section(name.error().text(), expectation(value_type::name));
    return static_cast<bool>(name);
}

/// A section that is a group of its own has the priority of its program.
int group_reader::read_priority(section_values& values) {
    process_config program;
    values.apply(values.row("priority"), program);
    return program.priority;
}

void group_reader::add_member(section_values& values, const std::string& item,
                              group_config& group) {
    const auto* program = context_.document.find("program:" + item);
    const auto* fcgi = context_.document.find("fcgi-program:" + item);
    const auto& name = values.section().name;
    if (program != nullptr && fcgi != nullptr) {
        values.fail(values.row("programs"),
                    fmt::format("[{}] name {} is ambiguous (exists as program and fcgi-program)",
                                name, item));
    } else if (program == nullptr && fcgi == nullptr) {
        values.fail_with_help(
            "programs", fmt::format("[{}] names unknown program or fcgi-program {}", name, item),
            fmt::format("names of sections, but there is no [program:{}]", item));
    } else {
        const auto kind = program != nullptr ? section_kind::program : section_kind::fcgi;
        const auto& section = program != nullptr ? *program : *fcgi;
        auto processes = read_processes(context_, section, kind, group.name);
        if (fcgi != nullptr) add_socket(*fcgi, processes);
        std::ranges::move(processes, std::back_inserter(group.processes));
    }
}

/// Supervisor forgets the socket of a grouped fcgi-program without looking at it, so a wrong one
/// must not keep such a configuration from being used.
void group_reader::add_socket(const ini_section& fcgi, std::vector<process_config>& processes) {
    auto problems = std::exchange(context_.problems, {});
    section_values values(context_, fcgi, section_kind::fcgi, false);
    const auto socket = read_fcgi_socket(context_, values);
    if (!context_.problems.empty()) {
        context_.out.messages.push_back(
            {log_level::warn, fmt::format("[{}] runs without its socket: {}", fcgi.name,
                                          context_.problems.take().text)});
    }
    context_.problems = std::move(problems);
    for (auto& process : processes) process.fcgi_socket = socket;
}

void group_reader::read_group(const ini_section& section) {
    section_values values(context_, section, section_kind::group, false);
    check_name(values);
    group_config group;
    group.name = std::string(name_in_section(section.name));
    const auto programs = values.read<std::vector<std::string>>(values.row("programs"));
    values.apply(values.row("priority"), group);
    for (const auto& item : programs.value_or(std::vector<std::string>())) {
        grouped_.insert(item);
        add_member(values, item, group);
    }
    add(std::move(group));
}

void group_reader::read_program(const ini_section& section) {
    section_values values(context_, section, section_kind::program, false);
    group_config group;
    const bool named = check_name(values);
    group.name = std::string(name_in_section(section.name));
    group.priority = read_priority(values);
    if (named)
        group.processes = read_processes(context_, section, section_kind::program, group.name);
    add(std::move(group));
}

void group_reader::check_buffer_size(section_values& values, const listener_config& listener) {
    if (listener.buffer_size >= 1) return;
    values.fail_with_help("buffer_size",
                          fmt::format("[{}] section sets invalid buffer_size ({})",
                                      values.section().name, listener.buffer_size),
                          "1 or more");
}

void group_reader::check_redirection(section_values& values) {
    const auto& row = values.row("redirect_stderr");
    if (!values.read<bool>(row).value_or(false)) return;
    values.fail_with_help(row.name,
                          fmt::format("[{}] section sets redirect_stderr=true but this is not "
                                      "allowed because it will interfere with the eventlistener "
                                      "protocol",
                                      values.section().name),
                          "false");
}

void group_reader::read_listener(const ini_section& section) {
    section_values values(context_, section, section_kind::listener, false);
    group_config group;
    group.kind = group_kind::listener;
    // Supervisor strips the name of every other group.
    group.name = section.name.substr(section.name.find(':') + 1);
    group.priority = listener_priority;
    group.listener.emplace();
    for (const auto& row : options_of(section_kind::listener)) {
        values.apply(row, group);
        if (row.name == "buffer_size") check_buffer_size(values, *group.listener);
    }
    check_redirection(values);
    group.processes = read_processes(context_, section, section_kind::listener, group.name);
    group.numbering = read_numbering(context_, section, section_kind::listener, group);
    add(std::move(group));
}

void group_reader::read_fcgi(const ini_section& section) {
    section_values values(context_, section, section_kind::fcgi, false);
    group_config group;
    group.kind = group_kind::fcgi;
    const bool named = check_name(values);
    group.name = std::string(name_in_section(section.name));
    group.priority = read_priority(values);
    group.fcgi_socket = read_fcgi_socket(context_, values);
    if (named) group.processes = read_processes(context_, section, section_kind::fcgi, group.name);
    for (auto& process : group.processes) process.fcgi_socket = group.fcgi_socket;
    group.numbering = read_numbering(context_, section, section_kind::fcgi, group);
    add(std::move(group));
}

void group_reader::add(group_config group) {
    // Of two processes with one name the later one replaces the earlier, in its place.
    std::map<std::string, std::size_t> places;
    std::vector<process_config> unique;
    for (auto& process : group.processes) {
        const auto [known, is_new] = places.try_emplace(process.name, unique.size());
        if (is_new) {
            unique.push_back(std::move(process));
        } else {
            std::swap(unique[known->second], process);
            group.shadowed.push_back(std::move(process));
        }
    }
    group.processes = std::move(unique);
    context_.out.groups.push_back(std::move(group));
}

void group_reader::for_ungrouped(std::string_view prefix,
                                 void (group_reader::*read)(const ini_section&)) {
    for (const auto& section : context_.document.sections()) {
        if (!section.name.starts_with(prefix)) continue;
        if (grouped_.contains(section.name.substr(prefix.size()))) continue;
        std::invoke(read, this, section);
    }
}

void group_reader::settle_names() {
    auto& groups = context_.out.groups;
    std::ranges::stable_sort(groups, {},
                             [](const group_config& g) { return std::tie(g.priority, g.name); });
    std::unordered_set<std::string> names;
    std::vector<group_config> unique;
    for (auto& group : groups) {
        auto& to = names.insert(group.name).second ? unique : context_.out.shadowed_groups;
        to.push_back(std::move(group));
    }
    groups = std::move(unique);
}

void group_reader::run() {
    for (const auto& section : context_.document.sections())
        if (section.name.starts_with("group:")) read_group(section);
    for_ungrouped("program:", &group_reader::read_program);
    for (const auto& section : context_.document.sections())
        if (section.name.starts_with("eventlistener:")) read_listener(section);
    for_ungrouped("fcgi-program:", &group_reader::read_fcgi);
    settle_names();
}

}  // namespace

void read_groups(load_context& context) {
    group_reader(context).run();
}

}  // namespace ringmaster::core

#include <algorithm>
#include <array>
#include <concepts>

#include "core/option_reading.hpp"
#include "rpc/supervisor_methods.hpp"

namespace ringmaster::rpc {
namespace {

/// A member of the answer and the option that it shows; no option: see write_member.
struct member {
    std::string_view name;
    std::string_view option;
};

/// In Supervisor's order.
constexpr std::array members{
    member{"autostart", "autostart"},
    member{"autorestart", "autorestart"},
    member{"directory", "directory"},
    member{"uid", ""},
    member{"command", "command"},
    member{"exitcodes", "exitcodes"},
    member{"group", ""},
    member{"group_prio", ""},
    member{"inuse", ""},
    member{"killasgroup", "killasgroup"},
    member{"name", ""},
    member{"process_prio", "priority"},
    member{"redirect_stderr", "redirect_stderr"},
    member{"startretries", "startretries"},
    member{"startsecs", "startsecs"},
    member{"stdout_capture_maxbytes", "stdout_capture_maxbytes"},
    member{"stdout_events_enabled", "stdout_events_enabled"},
    member{"stdout_logfile", ""},
    member{"stdout_logfile_backups", "stdout_logfile_backups"},
    member{"stdout_logfile_maxbytes", "stdout_logfile_maxbytes"},
    member{"stdout_syslog", "stdout_syslog"},
    member{"stopsignal", "stopsignal"},
    member{"stopwaitsecs", "stopwaitsecs"},
    member{"stderr_capture_maxbytes", "stderr_capture_maxbytes"},
    member{"stderr_events_enabled", "stderr_events_enabled"},
    member{"stderr_logfile", ""},
    member{"stderr_logfile_backups", "stderr_logfile_backups"},
    member{"stderr_logfile_maxbytes", "stderr_logfile_maxbytes"},
    member{"stderr_syslog", "stderr_syslog"},
    member{"serverurl", ""},
};

struct configured_process {
    const core::group_config* group;
    const core::process_config* process;
    bool in_use;  ///< a group of this name is active
};

std::string_view target_of(const core::channel_config& log) {
    using target = core::channel_config::target;
    if (log.kind == target::none) return "none";
    // An AUTO log has no path before its group becomes active.
    return log.path.empty() ? "auto" : std::string_view(log.path);
}

/// What no option says, or says in other words.
void write_other(value_writer& out, std::string_view name, const configured_process& from) {
    const auto& process = *from.process;
    if (name == "uid" && process.user) return out.integer(process.user->uid);
    if (name == "uid") return out.string("none");
    if (name == "group") return out.string(from.group->name);
    if (name == "group_prio") return out.integer(from.group->priority);
    if (name == "inuse") return out.boolean(from.in_use);
    if (name == "name") return out.string(process.name);
    if (name == "stdout_logfile") return out.string(target_of(process.stdout_log));
    if (name == "stderr_logfile") return out.string(target_of(process.stderr_log));
    out.string(process.serverurl.value_or("none"));
}

struct plain_writer {
    value_writer& out;

    void operator()(std::monostate) const { out.string("none"); }
    void operator()(bool truth) const { out.boolean(truth); }
    void operator()(std::integral auto number) const { out.integer(number); }
    void operator()(const std::string& text) const { out.string(text); }
    template <class T>
    void operator()(const std::vector<T>& items) const {
        out.begin_array();
        for (const auto& item : items) (*this)(item);
        out.end_array();
    }
    void operator()(const core::environment& variables) const {
        out.begin_struct();
        for (const auto& [name, content] : variables) {
            out.key(name);
            out.string(content);
        }
        out.end_struct();
    }
};

using rows = std::array<const core::option*, members.size()>;

rows rows_of_members() {
    rows found{};
    for (std::size_t i = 0; i < members.size(); ++i)
        if (!members[i].option.empty())
            found[i] = core::find_option(core::section_kind::program, members[i].option);
    return found;
}

void write_process(value_writer& out, const rows& options, const configured_process& from) {
    out.begin_struct();
    for (std::size_t i = 0; i < members.size(); ++i) {
        out.key(members[i].name);
        if (options[i] == nullptr)
            write_other(out, members[i].name, from);
        else
            std::visit(plain_writer{out}, core::read_option(*options[i], *from.process));
    }
    out.end_struct();
}

std::vector<configured_process> by_process_name(const supervisor_port& port) {
    std::vector<configured_process> found;
    for (const auto* group : port.configured_groups()) {
        const bool in_use = port.model().find_group(group->name) != nullptr;
        for (const auto* list : {&group->processes, &group->shadowed})
            for (const auto& process : *list) found.push_back({group, &process, in_use});
    }
    std::ranges::stable_sort(
        found, {},
        [](const configured_process& each) -> const auto& { return each.process->name; });
    return found;
}

}  // namespace

reply<void> get_all_config_info(invocation& in) {
    const auto options = rows_of_members();
    in.out.begin_array();
    for (const auto& each : by_process_name(in.port)) write_process(in.out, options, each);
    in.out.end_array();
    return {};
}

}  // namespace ringmaster::rpc

// Actions on the set of groups: reread, update, add, remove.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <vector>

#include "core/text.hpp"
#include "ctl/action_table.hpp"
#include "ctl/actions.hpp"
#include "ctl/answers.hpp"

namespace ringmaster::ctl {
namespace {

using words = std::vector<std::string>;
using code = rpc::fault_code;

void fail_with(session& with, std::string_view line) {
    with.out().line(line);
    with.set_status(exit_generic);
}

outcome<config_changes> reload_config(session& with) {
    const auto answer = with.rpc().call("reloadConfig");
    if (!answer) return answer.error();
    return read_changes(*answer);
}

/// Which groups an `update` may touch: those named, or all.
class selection {
public:
    explicit selection(const words& names)
        : names_(names.begin(), names.end()), all_(names.empty() || names_.contains("all")) {}

    bool everything() const { return all_; }
    bool contains(const std::string& group) const { return all_ || names_.contains(group); }

private:
    std::set<std::string> names_;
    bool all_;
};

outcome<void> complain_about_unknown(session& with, const words& names,
                                     const config_changes& changes) {
    const auto processes = with.all_processes();
    if (!processes) return processes.error();
    std::set<std::string> known(changes.added.begin(), changes.added.end());
    for (const auto& process : *processes) known.insert(process.group);
    for (const auto& name : names)
        if (known.insert(name).second)  // one line per name
            fail_with(with, fmt::format("ERROR: no such group: {}", name));
    return {};
}

/// False: some process would not stop.
outcome<bool> stop_group(session& with, const std::string& group) {
    const auto answer = with.rpc().call("stopProcessGroup", {{group}});
    if (!answer) return answer.error();
    with.out().line(fmt::format("{}: stopped", group));
    const auto results = read_operations(*answer);
    if (!results) return results.error();
    return std::ranges::none_of(*results, [](const operation_result& one) {
        return one.status == static_cast<int>(code::failed);
    });
}

outcome<void> call_for(session& with, std::string_view method, const std::string& group) {
    const auto answer = with.rpc().call(method, {{group}});
    if (!answer) return answer.error();
    return {};
}

outcome<void> remove_group(session& with, const std::string& group) {
    const auto stopped = stop_group(with, group);
    if (!stopped) return stopped.error();
    if (!*stopped) {
        fail_with(with, fmt::format("{}: has problems; not removing", group));
        return {};
    }
    if (auto removed = call_for(with, "removeProcessGroup", group); !removed) return removed;
    with.out().line(fmt::format("{}: removed process group", group));
    return {};
}

outcome<void> replace_group(session& with, const std::string& group) {
    if (auto stopped = stop_group(with, group); !stopped) return stopped.error();
    if (auto removed = call_for(with, "removeProcessGroup", group); !removed) return removed;
    if (auto added = call_for(with, "addProcessGroup", group); !added) return added;
    with.out().line(fmt::format("{}: updated process group", group));
    return {};
}

outcome<void> add_group(session& with, const std::string& group) {
    if (auto added = call_for(with, "addProcessGroup", group); !added) return added;
    with.out().line(fmt::format("{}: added process group", group));
    return {};
}

using group_step = outcome<void> (*)(session&, const std::string&);

outcome<void> for_each(session& with, const words& groups, const selection& chosen,
                       group_step step) {
    for (const auto& group : groups) {
        if (!chosen.contains(group)) continue;
        if (auto done = step(with, group); !done) return done;
    }
    return {};
}

}  // namespace

outcome<void> reread_config(session& with, std::string_view arguments) {
    if (!arguments.empty()) {
        print_usage_error(with, "reread", "reread accepts no arguments");
        with.set_status(exit_generic);
        return {};
    }
    const auto changes = reload_config(with);
    if (!changes) {
        const auto why = changes.error();
        if (why.is(code::shutdown_state))
            fail_with(with, "ERROR: supervisor shutting down");
        else if (why.is(code::cant_reread))
            fail_with(with, fmt::format("ERROR: {}", why.text));
        else
            return why;
        return {};
    }
    std::multimap<std::string, std::string_view> lines;
    for (const auto& group : changes->added) lines.emplace(group, "available");
    for (const auto& group : changes->changed) lines.emplace(group, "changed");
    for (const auto& group : changes->removed) lines.emplace(group, "disappeared");
    std::string out;
    for (const auto& [group, change] : lines)
        fmt::format_to(std::back_inserter(out), "{}: {}\n", group, change);
    with.out().print(out.empty() ? "No config updates to processes\n" : out);
    return {};
}

outcome<void> update_groups(session& with, std::string_view arguments) {
    const auto changes = reload_config(with);
    if (!changes) {
        const auto why = changes.error();
        if (!why.is(code::shutdown_state)) return why;
        fail_with(with, "ERROR: already shutting down");
        return {};
    }
    const auto names = core::split_blanks(arguments);
    const selection chosen{names};
    if (!chosen.everything())
        if (auto checked = complain_about_unknown(with, names, *changes); !checked) return checked;
    if (auto done = for_each(with, changes->removed, chosen, remove_group); !done) return done;
    if (auto done = for_each(with, changes->changed, chosen, replace_group); !done) return done;
    return for_each(with, changes->added, chosen, add_group);
}

outcome<void> add_groups(session& with, std::string_view arguments) {
    for (const auto& name : core::split_blanks(arguments)) {
        const auto added = call_for(with, "addProcessGroup", name);
        if (added) {
            with.out().line(fmt::format("{}: added process group", name));
            continue;
        }
        const auto why = added.error();
        if (why.is(code::shutdown_state))
            fail_with(with, "ERROR: shutting down");
        else if (why.is(code::already_added))
            with.out().line("ERROR: process group already active");
        else if (why.is(code::bad_name))
            fail_with(with, fmt::format("ERROR: no such process/group: {}", name));
        else
            return why;
    }
    return {};
}

outcome<void> remove_groups(session& with, std::string_view arguments) {
    for (const auto& name : core::split_blanks(arguments)) {
        const auto removed = call_for(with, "removeProcessGroup", name);
        if (removed) {
            with.out().line(fmt::format("{}: removed process group", name));
            continue;
        }
        const auto why = removed.error();
        if (why.is(code::still_running))
            fail_with(with, fmt::format("ERROR: process/group still running: {}", name));
        else if (why.is(code::bad_name))
            fail_with(with, fmt::format("ERROR: no such process/group: {}", name));
        else
            return why;
    }
    return {};
}

}  // namespace ringmaster::ctl

#include "ctl/completion.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "core/process_info.hpp"
#include "core/text.hpp"
#include "ctl/action_table.hpp"

namespace ringmaster::ctl {
namespace {

constexpr std::string_view blanks = " \t";

completed_thing argument_of(std::string_view action) {
    constexpr std::array of_groups{"add", "remove", "update"};
    constexpr std::array of_processes{"clear", "fg",     "pid",  "restart", "signal",
                                      "start", "status", "stop", "tail"};
    if (action == "help") return completed_thing::action;
    if (std::ranges::find(of_groups, action) != of_groups.end()) return completed_thing::group;
    if (std::ranges::find(of_processes, action) != of_processes.end())
        return completed_thing::process;
    return completed_thing::nothing;
}

/// Appends `name` if it fits and was not the last one to be appended.
void offer(std::vector<std::string>& names, std::string_view word, std::string name) {
    if (name.starts_with(word) && (names.empty() || names.back() != name))
        names.push_back(std::move(name));
}

}  // namespace

completion_point completion_at(std::string_view typed) {
    const auto blank = typed.find_last_of(blanks);
    const auto word = typed.substr(blank == std::string_view::npos ? 0 : blank + 1);
    const auto before = core::split_blanks(typed.substr(0, typed.size() - word.size()));
    if (before.empty()) return {completed_thing::action, word};
    return {argument_of(before.front()), word};
}

std::vector<std::string> matching_actions(std::string_view word) {
    std::vector<std::string> names;
    for (const auto& action : all_actions())
        if (!action.help.empty()) offer(names, word, std::string{action.name});
    return names;
}

std::vector<std::string> matching_groups(std::span<const process_line> processes,
                                         std::string_view word) {
    std::vector<std::string> names;
    for (const auto& process : processes) offer(names, word, process.group);
    return names;
}

std::vector<std::string> matching_processes(std::span<const process_line> processes,
                                            std::string_view word) {
    const bool long_forms = word.find(':') != std::string_view::npos;
    std::vector<std::string> names;
    std::string_view group;
    for (const auto& process : processes) {
        if (!long_forms && process.name == process.group) {
            offer(names, word, process.name);
            continue;
        }
        if (process.group != group) offer(names, word, process.group + ":*");
        group = process.group;
        offer(names, word, process.group + ':' + process.name);
    }
    return names;
}

std::string_view common_start(std::span<const std::string> names) {
    if (names.empty()) return {};
    std::string_view common = names.front();
    for (const auto& name : names) {
        const auto differs = std::ranges::mismatch(common, name).in1;
        common = common.substr(0, static_cast<std::size_t>(differs - common.begin()));
    }
    return common;
}

outcome<void> completer::fetch() {
    if (processes_) return {};
    processes_.emplace();
    auto processes = with_.all_processes();
    with_.rpc().disconnect();
    if (processes)
        processes_ = *std::move(processes);
    else if (processes.error().kind == failure_kind::interrupted)
        return processes.error();
    return {};
}

outcome<std::vector<std::string>> completer::candidates(std::string_view typed) {
    const auto at = completion_at(typed);
    switch (at.thing) {
        case completed_thing::nothing: return std::vector<std::string>{};
        case completed_thing::action: return matching_actions(at.word);
        default: break;
    }
    if (const auto fetched = fetch(); !fetched) return fetched.error();
    return at.thing == completed_thing::group ? matching_groups(*processes_, at.word)
                                              : matching_processes(*processes_, at.word);
}

}  // namespace ringmaster::ctl

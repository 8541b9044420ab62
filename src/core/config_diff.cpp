#include "core/config_diff.hpp"

#include <algorithm>
#include <unordered_map>

#include "core/option_table.hpp"

namespace ringmaster::core {
namespace {

using target = channel_config::target;

template <class T>
bool same_value(const T& active, const T& pending) {
    return active == pending;
}

/// Two names of one account are no difference.
bool same_value(const std::optional<account>& active, const std::optional<account>& pending) {
    if (!active || !pending) return active.has_value() == pending.has_value();
    return active->uid == pending->uid;
}

/// Only where it goes: the other members of a channel have rows of their own.
bool same_value(const channel_config& active, const channel_config& pending) {
    if (pending.kind == target::automatic) return true;
    return active.kind == pending.kind && active.path == pending.path;
}

bool same_field(const option& row, process_config& active, process_config& pending) {
    const auto* field = std::get_if<field_of<process_config>>(&row.field);
    if (field == nullptr) return true;
    return std::visit([&](auto access) { return same_value(access(active), access(pending)); },
                      *field);
}

bool same_socket(const process_config& active, const process_config& pending) {
    const auto* a = active.fcgi_socket.get();
    const auto* b = pending.fcgi_socket.get();
    if (a == nullptr || b == nullptr) return a == b;
    // Owner, mode and backlog are not noticed, as in Supervisor.
    return a->url == b->url;
}

}  // namespace

bool same_process(const process_config& active, const process_config& pending) {
    // Fields are reached through accessors that also serve for writing.
    auto& a = const_cast<process_config&>(active);
    auto& b = const_cast<process_config&>(pending);
    return same_socket(active, pending) &&
           std::ranges::all_of(options_of(section_kind::program),
                               [&](const option& row) { return same_field(row, a, b); });
}

bool same_group(const group_config& active, const group_config& pending) {
    return active.kind == pending.kind && active.name == pending.name &&
           active.priority == pending.priority && active.listener == pending.listener &&
           std::ranges::equal(active.processes, pending.processes, same_process);
}

config_difference compare_groups(std::span<const std::shared_ptr<const group_config>> active,
                                 std::span<const std::shared_ptr<const group_config>> pending) {
    std::unordered_map<std::string_view, const group_config*> by_name;
    for (const auto& group : active) by_name.emplace(group->name, group.get());
    config_difference out;
    for (const auto& group : pending) {
        const auto found = by_name.find(group->name);
        if (found == by_name.end()) {
            out.added.push_back(group->name);
            continue;
        }
        if (!same_group(*found->second, *group)) out.changed.push_back(group->name);
        by_name.erase(found);
    }
    for (const auto& group : active)
        if (by_name.contains(group->name)) out.removed.push_back(group->name);
    return out;
}

}  // namespace ringmaster::core

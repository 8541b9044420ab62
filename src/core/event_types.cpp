#include "core/event_types.hpp"

#include <algorithm>
#include <array>

namespace ringmaster::core {
namespace {

/// A parent comes before its children.
constexpr auto types = std::to_array<event_type>({
    {"EVENT", "", {}},
    {"PROCESS_STATE", "EVENT", {}},
    {"PROCESS_STATE_STOPPED", "PROCESS_STATE", event_kind::process_state_stopped},
    {"PROCESS_STATE_EXITED", "PROCESS_STATE", event_kind::process_state_exited},
    {"PROCESS_STATE_STARTING", "PROCESS_STATE", event_kind::process_state_starting},
    {"PROCESS_STATE_STOPPING", "PROCESS_STATE", event_kind::process_state_stopping},
    {"PROCESS_STATE_BACKOFF", "PROCESS_STATE", event_kind::process_state_backoff},
    {"PROCESS_STATE_FATAL", "PROCESS_STATE", event_kind::process_state_fatal},
    {"PROCESS_STATE_RUNNING", "PROCESS_STATE", event_kind::process_state_running},
    {"PROCESS_STATE_UNKNOWN", "PROCESS_STATE", event_kind::process_state_unknown},
    {"PROCESS_COMMUNICATION", "EVENT", {}},
    {"PROCESS_COMMUNICATION_STDOUT", "PROCESS_COMMUNICATION",
     event_kind::process_communication_stdout},
    {"PROCESS_COMMUNICATION_STDERR", "PROCESS_COMMUNICATION",
     event_kind::process_communication_stderr},
    {"PROCESS_LOG", "EVENT", {}},
    {"PROCESS_LOG_STDOUT", "PROCESS_LOG", event_kind::process_log_stdout},
    {"PROCESS_LOG_STDERR", "PROCESS_LOG", event_kind::process_log_stderr},
    {"REMOTE_COMMUNICATION", "EVENT", event_kind::remote_communication},
    {"SUPERVISOR_STATE_CHANGE", "EVENT", {}},
    {"SUPERVISOR_STATE_CHANGE_RUNNING", "SUPERVISOR_STATE_CHANGE",
     event_kind::supervisor_state_change_running},
    {"SUPERVISOR_STATE_CHANGE_STOPPING", "SUPERVISOR_STATE_CHANGE",
     event_kind::supervisor_state_change_stopping},
    {"TICK", "EVENT", {}},
    {"TICK_5", "TICK", event_kind::tick_5},
    {"TICK_60", "TICK", event_kind::tick_60},
    {"TICK_3600", "TICK", event_kind::tick_3600},
    {"PROCESS_GROUP", "EVENT", {}},
    {"PROCESS_GROUP_ADDED", "PROCESS_GROUP", event_kind::process_group_added},
    {"PROCESS_GROUP_REMOVED", "PROCESS_GROUP", event_kind::process_group_removed},
});

const event_type* find(std::string_view name) {
    const auto found = std::ranges::find(types, name, &event_type::name);
    return found == types.end() ? nullptr : &*found;
}

bool is_below(const event_type& type, std::string_view ancestor) {
    for (const event_type* each = &type; each != nullptr; each = find(each->parent)) {
        if (each->name == ancestor) return true;
    }
    return false;
}

}  // namespace

std::span<const event_type> event_types() {
    return types;
}

bool is_event_type(std::string_view name) {
    return find(name) != nullptr;
}

std::string_view event_name(event_kind kind) {
    return std::ranges::find(types, std::optional(kind), &event_type::kind)->name;
}

event_set concrete_types(std::string_view name) {
    event_set set = 0;
    for (const event_type& type : types) {
        if (type.kind && is_below(type, name)) set |= bit(*type.kind);
    }
    return set;
}

}  // namespace ringmaster::core

#include "core/event_types.hpp"

#include <algorithm>

namespace ringmaster::core {

std::span<const event_type> event_types() {
    static constexpr event_type types[] = {
        {"EVENT", "", true},
        {"PROCESS_STATE", "EVENT", true},
        {"PROCESS_STATE_STOPPED", "PROCESS_STATE"},
        {"PROCESS_STATE_EXITED", "PROCESS_STATE"},
        {"PROCESS_STATE_STARTING", "PROCESS_STATE"},
        {"PROCESS_STATE_STOPPING", "PROCESS_STATE"},
        {"PROCESS_STATE_BACKOFF", "PROCESS_STATE"},
        {"PROCESS_STATE_FATAL", "PROCESS_STATE"},
        {"PROCESS_STATE_RUNNING", "PROCESS_STATE"},
        {"PROCESS_STATE_UNKNOWN", "PROCESS_STATE"},
        {"PROCESS_COMMUNICATION", "EVENT", true},
        {"PROCESS_COMMUNICATION_STDOUT", "PROCESS_COMMUNICATION"},
        {"PROCESS_COMMUNICATION_STDERR", "PROCESS_COMMUNICATION"},
        {"PROCESS_LOG", "EVENT", true},
        {"PROCESS_LOG_STDOUT", "PROCESS_LOG"},
        {"PROCESS_LOG_STDERR", "PROCESS_LOG"},
        {"REMOTE_COMMUNICATION", "EVENT"},
        {"SUPERVISOR_STATE_CHANGE", "EVENT", true},
        {"SUPERVISOR_STATE_CHANGE_RUNNING", "SUPERVISOR_STATE_CHANGE"},
        {"SUPERVISOR_STATE_CHANGE_STOPPING", "SUPERVISOR_STATE_CHANGE"},
        {"TICK", "EVENT", true},
        {"TICK_5", "TICK"},
        {"TICK_60", "TICK"},
        {"TICK_3600", "TICK"},
        {"PROCESS_GROUP", "EVENT", true},
        {"PROCESS_GROUP_ADDED", "PROCESS_GROUP"},
        {"PROCESS_GROUP_REMOVED", "PROCESS_GROUP"},
    };
    return types;
}

bool is_event_type(std::string_view name) {
    return std::ranges::find(event_types(), name, &event_type::name) != event_types().end();
}

}  // namespace ringmaster::core

// The tree of event types that listeners subscribe to.
//
// Names are protocol. An abstract type is never sent; subscribing to it means every concrete type
// below. A set of concrete types is one word, so that asking whether anybody wants an event costs
// one bit test.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace ringmaster::core {

/// The concrete types.
enum class event_kind : std::uint8_t {
    process_state_stopped,
    process_state_exited,
    process_state_starting,
    process_state_stopping,
    process_state_backoff,
    process_state_fatal,
    process_state_running,
    process_state_unknown,
    process_communication_stdout,
    process_communication_stderr,
    process_log_stdout,
    process_log_stderr,
    remote_communication,
    supervisor_state_change_running,
    supervisor_state_change_stopping,
    tick_5,
    tick_60,
    tick_3600,
    process_group_added,
    process_group_removed,
};

/// A set of concrete types: one bit each.
using event_set = std::uint32_t;

constexpr event_set bit(event_kind kind) {
    return event_set{1} << static_cast<unsigned>(kind);
}

struct event_type {
    std::string_view name;           ///< "PROCESS_STATE_RUNNING"
    std::string_view parent;         ///< empty for EVENT
    std::optional<event_kind> kind;  ///< none: abstract
};

std::span<const event_type> event_types();
bool is_event_type(std::string_view name);
std::string_view event_name(event_kind kind);
/// The concrete types that subscribing to `name` means; none if there is no such type.
event_set concrete_types(std::string_view name);

}  // namespace ringmaster::core

// The tree of event types that listeners subscribe to.
//
// Names are protocol. An abstract type is never sent; subscribing to it means every type below.
#pragma once

#include <span>
#include <string_view>

namespace ringmaster::core {

struct event_type {
    std::string_view name;    ///< "PROCESS_STATE_RUNNING"
    std::string_view parent;  ///< empty for EVENT
    bool abstract = false;
};

std::span<const event_type> event_types();
bool is_event_type(std::string_view name);

}  // namespace ringmaster::core

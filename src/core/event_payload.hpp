// What events say: the payload of each type, byte for byte as listeners know it.
//
// Pure text. Called only for events that somebody subscribed to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/effect.hpp"
#include "core/event_types.hpp"

namespace ringmaster::core {

enum class output_channel : std::uint8_t { out, error };

/// "stdout", "stderr".
std::string_view channel_name(output_channel channel);

/// The process that an event is about.
struct event_subject {
    std::string_view process;
    std::string_view group;
};

event_kind state_event(process_state entered);
std::string state_payload(const event_subject& subject, const state_effect& change);

event_kind log_event(output_channel channel);
std::string log_payload(const event_subject& subject, int pid, output_channel channel,
                        std::string_view data);

event_kind communication_event(output_channel channel);
std::string communication_payload(const event_subject& subject, int pid, std::string_view data);

std::string remote_payload(std::string_view type, std::string_view data);
/// `slice`: the multiple of the period, in UNIX seconds.
std::string tick_payload(std::int64_t slice);
std::string group_payload(std::string_view group);

/// `bytes` if they are UTF-8, else "Undecodable: b'…'" with Python's escapes.
std::string as_text(std::string_view bytes);

}  // namespace ringmaster::core

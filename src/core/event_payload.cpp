#include "core/event_payload.hpp"

#include <fmt/format.h>

#include "core/repr.hpp"
#include "core/utf8.hpp"

namespace ringmaster::core {
namespace {

std::string process_fields(const event_subject& subject) {
    return fmt::format("processname:{} groupname:{}", subject.process, subject.group);
}

}  // namespace

std::string_view channel_name(output_channel channel) {
    return channel == output_channel::out ? "stdout" : "stderr";
}

event_kind state_event(process_state entered) {
    switch (entered) {
        case process_state::stopped: return event_kind::process_state_stopped;
        case process_state::starting: return event_kind::process_state_starting;
        case process_state::running: return event_kind::process_state_running;
        case process_state::backoff: return event_kind::process_state_backoff;
        case process_state::stopping: return event_kind::process_state_stopping;
        case process_state::exited: return event_kind::process_state_exited;
        case process_state::fatal: return event_kind::process_state_fatal;
        case process_state::unknown: break;
    }
    return event_kind::process_state_unknown;
}

std::string state_payload(const event_subject& subject, const state_effect& change) {
    auto text = fmt::format("{} from_state:{}", process_fields(subject), state_name(change.from));
    auto out = std::back_inserter(text);
    switch (change.to) {
        case process_state::starting:
        case process_state::backoff: fmt::format_to(out, " tries:{}", change.tries); break;
        case process_state::running:
        case process_state::stopping:
        case process_state::stopped: fmt::format_to(out, " pid:{}", change.pid); break;
        case process_state::exited:
            fmt::format_to(out, " expected:{} pid:{}", change.expected ? 1 : 0, change.pid);
            break;
        case process_state::fatal:
        case process_state::unknown: break;
    }
    return text;
}

event_kind log_event(output_channel channel) {
    return channel == output_channel::out ? event_kind::process_log_stdout
                                          : event_kind::process_log_stderr;
}

std::string log_payload(const event_subject& subject, int pid, output_channel channel,
                        std::string_view data) {
    return fmt::format("{} pid:{} channel:{}\n{}", process_fields(subject), pid,
                       channel_name(channel), as_text(data));
}

event_kind communication_event(output_channel channel) {
    return channel == output_channel::out ? event_kind::process_communication_stdout
                                          : event_kind::process_communication_stderr;
}

std::string communication_payload(const event_subject& subject, int pid, std::string_view data) {
    return fmt::format("{} pid:{}\n{}", process_fields(subject), pid, as_text(data));
}

std::string remote_payload(std::string_view type, std::string_view data) {
    return fmt::format("type:{}\n{}", type, data);
}

std::string tick_payload(std::int64_t slice) {
    return fmt::format("when:{}", slice);
}

std::string group_payload(std::string_view group) {
    return fmt::format("groupname:{}\n", group);
}

std::string as_text(std::string_view bytes) {
    if (is_utf8(bytes)) return std::string(bytes);
    return "Undecodable: " + repr_bytes(bytes);
}

}  // namespace ringmaster::core

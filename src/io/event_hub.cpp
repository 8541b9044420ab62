#include "io/event_hub.hpp"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/repr.hpp"

namespace ringmaster::io {
namespace {

using core::bit;
using core::event_kind;
using core::log_level;
using core::output_channel;

std::int64_t wall_now() {
    // Not time(2), whose clock of the last kernel tick may lag behind the timer.
    return std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
}

const core::channel_config& settings(const core::process_config& config, output_channel channel) {
    return channel == output_channel::out ? config.stdout_log : config.stderr_log;
}

}  // namespace

event_hub::event_hub(asio::any_io_executor control, event_options options,
                     const core::supervisor& model, core::listener_port& listeners,
                     core::log_sink& log)
    : model_(model),
      log_(log),
      bus_(std::move(options.identifier), options.first_serial, listeners, log),
      wanted_(std::make_shared<std::atomic<core::event_set>>(0)),
      timer_(std::move(control)) {}

core::event_subject event_hub::subject(core::process_id id) const {
    return {model_.find(id)->config().name, model_.group_of(id)->config.name};
}

// -- what happens in the daemon -------------------------------------------------------------------

void event_hub::on_state(core::process_id id, const core::state_effect& change) {
    bus_.raise(core::state_event(change.to), [&] { return state_payload(subject(id), change); });
    bus_.state_changed(id, change.to);
}

void event_hub::on_group(const core::group_effect& change) {
    if (change.added) {
        const auto& group = *model_.find_group(change.name);
        if (group.config.listener) {
            std::vector<core::event_bus::member> members;
            for (const auto id : group.members)
                members.push_back({id, model_.find(id)->config().name});
            bus_.add_pool(change.name, *group.config.listener, members);
            subscriptions_changed();
        }
    } else {
        bus_.remove_pool(change.name);
        subscriptions_changed();
    }
    bus_.raise(change.added ? event_kind::process_group_added : event_kind::process_group_removed,
               [&] { return core::group_payload(change.name); });
}

void event_hub::on_daemon(const core::daemon_effect& change) {
    bus_.raise(change.stopping ? event_kind::supervisor_state_change_stopping
                               : event_kind::supervisor_state_change_running,
               [] { return std::string(); });
}

void event_hub::send_remote(std::string_view type, std::string_view data) {
    bus_.raise(event_kind::remote_communication, [&] { return core::remote_payload(type, data); });
}

// -- output of children ---------------------------------------------------------------------------

bool event_hub::is_conversation(core::process_id id, output_channel channel) const {
    return channel == output_channel::out && model_.group_of(id)->config.listener.has_value();
}

std::optional<tap_spec> event_hub::tap_for(core::process_id id, output_channel channel) const {
    tap_spec tap;
    tap.always = log_.enabled(log_level::debug);
    if (!is_conversation(id, channel)) {
        const auto& config = settings(model_.find(id)->config(), channel);
        tap.capture_maxbytes = config.capture_maxbytes;
        if (config.events_enabled) tap.events = bit(core::log_event(channel));
        tap.wanted = wanted_;
    }
    if (!tap.always && tap.events == 0 && tap.capture_maxbytes <= 0) return std::nullopt;
    return tap;
}

void event_hub::on_tapped(core::process_id id, output_channel channel, const tapped_piece& piece) {
    if (piece.what == tapped_piece::kind::capture) return on_capture(id, channel, piece.bytes);
    if (!is_conversation(id, channel)) return on_output(id, channel, piece.bytes);
    (void)on_heard(id, piece.bytes);  // it is beyond the protocol, but seen in the main log
}

bool event_hub::on_heard(core::process_id id, std::string_view bytes) {
    if (log_.enabled(log_level::debug)) {
        log_.write(log_level::debug,
                   fmt::format("{} stdout output:\n{}", core::repr(subject(id).process),
                               core::repr_bytes(bytes)));
    }
    return bus_.heard(id, bytes);
}

void event_hub::on_output(core::process_id id, output_channel channel, std::string_view bytes) {
    const auto& process = *model_.find(id);
    if (log_.enabled(log_level::debug)) {
        log_.write(log_level::debug,
                   fmt::format("{} {} output:\n{}", core::repr(process.config().name),
                               core::channel_name(channel), core::as_text(bytes)));
    }
    if (!settings(process.config(), channel).events_enabled) return;
    bus_.raise(core::log_event(channel),
               [&] { return core::log_payload(subject(id), process.pid(), channel, bytes); });
}

void event_hub::on_capture(core::process_id id, output_channel channel, std::string_view bytes) {
    const auto& process = *model_.find(id);
    bus_.raise(core::communication_event(channel),
               [&] { return core::communication_payload(subject(id), process.pid(), bytes); });
    if (!log_.enabled(log_level::debug)) return;
    log_.write(log_level::debug,
               fmt::format("{} {} emitted a comm event", core::repr(process.config().name),
                           core::channel_name(channel)));
}

// -- ticks ----------------------------------------------------------------------------------------

void event_hub::subscriptions_changed() {
    wanted_->store(bus_.wanted(), std::memory_order_relaxed);
    await_tick();
}

/// The timer follows the wall clock, also when that is set: a tick then, if the slice is another.
void event_hub::await_tick() {
    const auto now = wall_now();
    const auto next = core::tick_clock::next(now, bus_.wanted());
    if (!next) {
        ticking_ = false;
        timer_.cancel();
        return;
    }
    if (!std::exchange(ticking_, true)) {
        clock_ = {};
        (void)clock_.advance(now);
    }
    const auto failed = timer_.ring_at(*next, [this] { tick(); });
    if (!failed) return;
    ticking_ = false;
    log_.write(log_level::error, fmt::format("no TICK events: {}", failed.message()));
}

void event_hub::tick() {
    for (const auto& due : clock_.advance(wall_now())) {
        bus_.raise(due.kind, [&] { return core::tick_payload(due.slice); });
    }
    await_tick();
}

}  // namespace ringmaster::io

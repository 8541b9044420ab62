// Where events come from: joins what happens in the daemon to the event bus.
//
// Owned by the fleet, which calls it in the order in which things happen; control thread only. Has
// the one timer of TICK events, which runs only while somebody subscribes to one.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/event_bus.hpp"
#include "core/event_payload.hpp"
#include "core/result.hpp"
#include "core/supervisor.hpp"
#include "core/tick_clock.hpp"
#include "io/tap.hpp"
#include "io/task.hpp"
#include "io/wall_timer.hpp"

namespace ringmaster::io {

struct event_options {
    std::string identifier;          ///< `server:` in the header of events
    std::uint64_t first_serial = 0;  ///< numbers go on over a restart
};

class event_hub {
public:
    /// The references must outlive the hub. `listeners` writes to the stdin of listeners.
    event_hub(asio::any_io_executor control, event_options options, const core::supervisor& model,
              core::listener_port& listeners, core::log_sink& log);

    /// `server:` in the headers from now on.
    void identifier(std::string name) { bus_.identifier(std::move(name)); }

    void on_state(core::process_id id, const core::state_effect& change);
    void on_group(const core::group_effect& change);
    void on_daemon(const core::daemon_effect& change);

    /// Whether it is the stdout of a listener.
    bool is_conversation(core::process_id id, core::output_channel channel) const;
    /// What is to be seen of output that the data plane reads; none: nothing.
    std::optional<tap_spec> tap_for(core::process_id id, core::output_channel channel) const;
    void on_started(core::process_id id) { bus_.started(id); }
    void on_tapped(core::process_id id, core::output_channel channel, const tapped_piece& piece);
    /// A listener has written to its stdout. False: it does not keep to the protocol, and whatever
    /// else it writes means nothing.
    bool on_heard(core::process_id id, std::string_view bytes);
    /// All of its output was tapped, and its exit is in the log.
    void on_ended(core::process_id id) { bus_.ended(id); }

    /// RPC sendRemoteCommEvent.
    void send_remote(std::string_view type, std::string_view data);

    std::uint64_t next_serial() const { return bus_.next_serial(); }
    /// No more ticks.
    void close() { timer_.cancel(); }

private:
    core::event_subject subject(core::process_id id) const;
    void on_output(core::process_id id, core::output_channel channel, std::string_view bytes);
    void on_capture(core::process_id id, core::output_channel channel, std::string_view bytes);
    void subscriptions_changed();
    void await_tick();
    void tick();

    const core::supervisor& model_;
    core::log_sink& log_;
    core::event_bus bus_;
    shared_event_set wanted_;
    core::tick_clock clock_;
    wall_timer timer_;
    bool ticking_ = false;
};

}  // namespace ringmaster::io

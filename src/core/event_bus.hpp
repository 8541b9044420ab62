// Events on their way: who subscribed to what, the pools they wait in, and the listeners that take
// them.
//
// Owned by the driver (io/event_hub), fed in the order in which things happen. Pure: what is to be
// written to a listener goes to `listener_port`, lines to the log. An event that nobody subscribed
// to costs one bit test, and no event costs more when there are more processes.
//
// A listener can harm only itself: an unfinished or rejected event goes back to the head of the
// buffer of its own pool, and a pool that is behind loses its oldest events, each with a log line,
// and one with their number when it has caught up.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

#include "core/config.hpp"
#include "core/effect.hpp"
#include "core/event_pool.hpp"
#include "core/event_types.hpp"
#include "core/listener_protocol.hpp"
#include "core/log.hpp"

namespace ringmaster::core {

enum class delivery : std::uint8_t {
    taken,
    full,    ///< the listener has not read what it was sent before
    closed,  ///< its stdin
};

/// Where events go out.
class listener_port {
public:
    virtual ~listener_port() = default;
    /// Writes to the stdin of a listener, at once or as it reads.
    virtual delivery deliver(process_id listener, std::string text) = 0;
};

class event_bus {
public:
    struct member {
        process_id id;
        std::string name;  ///< of the process, for log lines
    };

    /// `first_serial` lets the numbers go on over a restart of the daemon.
    event_bus(std::string identifier, std::uint64_t first_serial, listener_port& port,
              log_sink& log);
    ~event_bus();

    /// `server:` in the headers of events that are sent from now on.
    void identifier(std::string name) { identifier_ = std::move(name); }

    /// `members` are the pool's processes in the group's order.
    void add_pool(std::string name, const listener_config& config,
                  const std::vector<member>& members);
    /// What waits in it is dropped. No effect if no pool has this name.
    void remove_pool(std::string_view name);

    /// Every type that somebody subscribed to.
    event_set wanted() const { return wanted_; }
    /// Raises an event; `make_payload` is called only if somebody wants it.
    template <class MakePayload>
    void raise(event_kind kind, MakePayload&& make_payload) {
        if ((wanted_ & bit(kind)) != 0) accept(kind, make_payload());
    }
    std::uint64_t next_serial() const { return next_serial_; }

    // -- listeners; ids that are none are ignored ---------------------------------------------

    /// A child was made: its protocol begins anew.
    void started(process_id id);
    void state_changed(process_id id, process_state entered);
    /// Bytes from its stdout. False: it has broken the protocol; until its next start whatever
    /// else it says means nothing.
    bool heard(process_id id, std::string_view bytes);
    /// The child is gone and all it wrote was heard: its unfinished event goes back.
    void ended(process_id id);

private:
    struct pool;
    struct listener;

    void accept(event_kind kind, std::string payload);
    void dispatch(pool& from);
    bool send(pool& from, listener& to);
    void take_back(listener& from);
    void act_on(listener& by, const listener_token& token);
    void report_overflow(pool& of, const std::vector<std::uint64_t>& discarded);
    void report_recovery(pool& of);
    void log_change(const listener& of, listener_state from, listener_state to);
    template <class... Args>
    void debug(fmt::format_string<Args...> text, Args&&... args);
    void count_wanted();
    listener* find(process_id id);

    std::string identifier_;
    std::uint64_t next_serial_;
    listener_port& port_;
    log_sink& log_;
    event_set wanted_ = 0;
    std::vector<std::unique_ptr<pool>> pools_;  ///< in the order of subscription
    std::unordered_map<process_id, listener*> listeners_;
};

}  // namespace ringmaster::core

#include "core/event_bus.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/event_payload.hpp"

namespace ringmaster::core {

struct event_bus::listener {
    listener(process_id its_id, std::string its_name, pool* in)
        : id(its_id), name(std::move(its_name)), of(in) {}

    process_id id;
    std::string name;
    pool* of;
    bool running = false;  ///< the process is RUNNING
    listener_protocol protocol;
    std::optional<pooled_event> unfinished;  ///< sent, no result yet

    bool is_free() const { return running && protocol.state() == listener_state::ready; }
};

struct event_bus::pool {
    pool(std::string its_name, std::size_t size) : name(std::move(its_name)), events(size) {}

    std::string name;
    event_set types = 0;
    event_pool events;
    std::vector<std::unique_ptr<listener>> listeners;  ///< in the group's order
    std::uint64_t discarded = 0;                       ///< events, since the pool was made
    std::uint64_t discarded_and_told = 0;              ///< … when it had caught up last
};

event_bus::event_bus(std::string identifier, std::uint64_t first_serial, listener_port& port,
                     log_sink& log)
    : identifier_(std::move(identifier)), next_serial_(first_serial), port_(port), log_(log) {}

event_bus::~event_bus() = default;

// -- pools ----------------------------------------------------------------------------------------

void event_bus::add_pool(std::string name, const listener_config& config,
                         const std::vector<member>& members) {
    const auto size = static_cast<std::size_t>(std::max(config.buffer_size, 1));
    auto added = std::make_unique<pool>(std::move(name), size);
    for (const auto& type : config.events) added->types |= concrete_types(type);
    for (const auto& each : members) {
        auto made = std::make_unique<listener>(each.id, each.name, added.get());
        listeners_[made->id] = made.get();
        added->listeners.push_back(std::move(made));
    }
    pools_.push_back(std::move(added));
    count_wanted();
}

void event_bus::remove_pool(std::string_view name) {
    const auto found = std::ranges::find(pools_, name, [](const auto& each) { return each->name; });
    if (found == pools_.end()) return;
    for (const auto& each : (*found)->listeners) listeners_.erase(each->id);
    pools_.erase(found);
    count_wanted();
}

void event_bus::count_wanted() {
    wanted_ = 0;
    for (const auto& each : pools_) wanted_ |= each->types;
}

// -- events ---------------------------------------------------------------------------------------

void event_bus::accept(event_kind kind, std::string payload) {
    const auto made = std::make_shared<const event>(event{next_serial_, kind, std::move(payload)});
    next_serial_ = core::next_serial(next_serial_);
    for (const auto& each : pools_) {
        if ((each->types & bit(kind)) == 0) continue;
        report_overflow(*each, each->events.accept(made));
        dispatch(*each);
    }
}

void event_bus::dispatch(pool& from) {
    for (const auto& each : from.listeners) {
        while (each->is_free() && !from.events.empty()) {
            if (!send(from, *each)) break;
        }
        if (from.events.empty()) return report_recovery(from);
    }
}

/// False if the listener cannot be reached; the event stays where it is.
bool event_bus::send(pool& from, listener& to) {
    const auto& head = from.events.head();
    const auto serial = head.what->serial;
    const auto text = event_header(head, identifier_, from.name) + head.what->payload;
    if (const auto done = port_.deliver(to.id, text); done != delivery::taken) {
        debug("{} while sending event {} to listener {}, listener state unchanged",
              done == delivery::closed ? "epipe occurred" : "full pipe", serial, to.name);
        return false;
    }
    to.unfinished = from.events.take();
    to.protocol.sent();
    debug("event {} sent to listener {}", serial, to.name);
    return true;
}

/// The event that `from` has not finished goes back to the head of its pool, and to no other.
void event_bus::take_back(listener& from) {
    if (!from.unfinished) return;
    pool& to = *from.of;
    debug("rebuffering event {} for pool {} (buf size={}, max={})", from.unfinished->what->serial,
          to.name, to.events.size(), to.events.buffer_size());
    report_overflow(to, to.events.put_back(*std::exchange(from.unfinished, std::nullopt)));
}

void event_bus::report_overflow(pool& of, const std::vector<std::uint64_t>& discarded) {
    of.discarded += discarded.size();
    if (!log_.enabled(log_level::error)) return;
    for (const auto serial : discarded) {
        log_.write(
            log_level::error,
            fmt::format("pool {} event buffer overflowed, discarding event {}", of.name, serial));
    }
}

/// After many lines about single events, one with their number.
void event_bus::report_recovery(pool& of) {
    const auto before = std::exchange(of.discarded_and_told, of.discarded);
    if (before == of.discarded) return;
    log_.write(log_level::warn,
               fmt::format("pool {} event buffer is empty again (events discarded: {}, in all: {})",
                           of.name, of.discarded - before, of.discarded));
}

// -- listeners ------------------------------------------------------------------------------------

event_bus::listener* event_bus::find(process_id id) {
    const auto found = listeners_.find(id);
    return found == listeners_.end() ? nullptr : found->second;
}

void event_bus::started(process_id id) {
    if (listener* const its = find(id)) its->protocol.reset();
}

void event_bus::state_changed(process_id id, process_state entered) {
    listener* const its = find(id);
    if (its == nullptr) return;
    its->running = entered == process_state::running;
    if (its->running) dispatch(*its->of);
}

bool event_bus::heard(process_id id, std::string_view bytes) {
    listener* const its = find(id);
    if (its == nullptr) return false;
    for (const auto& token : its->protocol.feed(bytes)) act_on(*its, token);
    dispatch(*its->of);
    return its->protocol.state() != listener_state::unknown;
}

void event_bus::ended(process_id id) {
    listener* const its = find(id);
    if (its == nullptr) return;
    its->running = false;
    take_back(*its);
    dispatch(*its->of);
}

void event_bus::act_on(listener& by, const listener_token& token) {
    using kind = listener_token::kind;
    switch (token.what) {
        case kind::ready: return log_change(by, token.from, listener_state::ready);
        case kind::accepted:
            by.unfinished.reset();
            debug("{}: event was processed", by.name);
            return log_change(by, token.from, listener_state::acknowledged);
        case kind::rejected:
            log_.write(log_level::warn, fmt::format("{}: event was rejected", by.name));
            log_change(by, token.from, listener_state::acknowledged);
            return take_back(by);
        case kind::bad_result:
            log_.write(log_level::warn,
                       fmt::format("{}: bad result line: '{}'", by.name, as_text(token.line)));
            log_change(by, token.from, listener_state::unknown);
            return take_back(by);
        case kind::violation: return log_change(by, token.from, listener_state::unknown);
    }
}

void event_bus::log_change(const listener& of, listener_state from, listener_state to) {
    debug("{}: {} -> {}", of.name, state_name(from), state_name(to));
    if (to != listener_state::unknown) return;
    log_.write(log_level::warn,
               fmt::format("{}: has entered the UNKNOWN state and will no longer receive events, "
                           "this usually indicates the process violated the eventlistener protocol",
                           of.name));
}

template <class... Args>
void event_bus::debug(fmt::format_string<Args...> text, Args&&... args) {
    if (!log_.enabled(log_level::debug)) return;
    log_.write(log_level::debug, fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace ringmaster::core

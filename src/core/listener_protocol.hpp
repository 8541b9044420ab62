// What a listener says on its stdout: READY and RESULT tokens, as a pure state machine.
//
//   ACKNOWLEDGED ──READY──▶ READY ──sent()──▶ BUSY ──RESULT n + n bytes──▶ ACKNOWLEDGED
//        anything else, in any state ──▶ UNKNOWN, until the process is started again
//
// Bytes go in, in any fragmentation; what they mean comes out. Keeps a bounded number of bytes
// whatever the listener writes: of a result only as much as is needed to tell OK from the rest.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster::core {

/// The numbers are Supervisor's.
enum class listener_state : std::uint8_t { ready = 10, busy = 20, acknowledged = 30, unknown = 40 };

/// "READY", "BUSY", "ACKNOWLEDGED", "UNKNOWN".
std::string_view state_name(listener_state state);

/// What a piece of output meant; in order.
struct listener_token {
    enum class kind : std::uint8_t {
        ready,       ///< may be sent an event
        accepted,    ///< RESULT OK: the event is done
        rejected,    ///< any other result: the event goes back to its pool
        bad_result,  ///< a result line without a length; the event goes back; now UNKNOWN
        violation,   ///< not a token of the protocol; now UNKNOWN
    };
    kind what;
    listener_state from;  ///< the state before
    std::string line;     ///< bad_result: the line
};

class listener_protocol {
public:
    /// A result line may be so long; there is nothing sensible to write in more.
    static constexpr std::size_t longest_line = 1024;

    listener_state state() const { return state_; }
    /// The process was started: ACKNOWLEDGED, nothing pending.
    void reset() { *this = {}; }
    /// An event was written to a READY listener: BUSY.
    void sent() { state_ = listener_state::busy; }
    std::vector<listener_token> feed(std::string_view bytes);

private:
    /// Each takes what it can from the front of `bytes`.
    void await_ready(std::string_view& bytes, std::vector<listener_token>& out);
    void await_length(std::string_view& bytes, std::vector<listener_token>& out);
    void await_result(std::string_view& bytes, std::vector<listener_token>& out);
    void fail(listener_token::kind how, std::string line, std::vector<listener_token>& out);

    listener_state state_ = listener_state::acknowledged;
    std::string pending_;                   ///< an unfinished token; a result's first bytes
    std::optional<std::uint64_t> missing_;  ///< bytes of the result still to come; none: no length
    bool longer_than_ok_ = false;
};

}  // namespace ringmaster::core

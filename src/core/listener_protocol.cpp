#include "core/listener_protocol.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"

namespace ringmaster::core {
namespace {

constexpr std::string_view ready_token = "READY\n";
constexpr std::string_view accepting_result = "OK";
/// Length of "RESULT ": as under Supervisor these bytes are skipped unread.
constexpr std::size_t result_prefix = 7;

using kind = listener_token::kind;

}  // namespace

std::string_view state_name(listener_state state) {
    switch (state) {
        case listener_state::ready: return "READY";
        case listener_state::busy: return "BUSY";
        case listener_state::acknowledged: return "ACKNOWLEDGED";
        case listener_state::unknown: break;
    }
    return "UNKNOWN";
}

std::vector<listener_token> listener_protocol::feed(std::string_view bytes) {
    std::vector<listener_token> out;
    while (!bytes.empty()) {
        switch (state_) {
            case listener_state::acknowledged: await_ready(bytes, out); break;
            case listener_state::ready: fail(kind::violation, {}, out); break;
            case listener_state::busy:
                if (missing_)
                    await_result(bytes, out);
                else
                    await_length(bytes, out);
                break;
            case listener_state::unknown: return out;
        }
    }
    return out;
}

void listener_protocol::await_ready(std::string_view& bytes, std::vector<listener_token>& out) {
    const auto taken = std::min(bytes.size(), ready_token.size() - pending_.size());
    pending_ += bytes.substr(0, taken);
    bytes.remove_prefix(taken);
    if (pending_.size() < ready_token.size()) return;
    if (pending_ != ready_token) return fail(kind::violation, {}, out);
    pending_.clear();
    state_ = listener_state::ready;
    out.push_back({kind::ready, listener_state::acknowledged, {}});
}

void listener_protocol::await_length(std::string_view& bytes, std::vector<listener_token>& out) {
    const auto end = bytes.find('\n');
    const auto taken = std::min(end, bytes.size());
    const auto room = longest_line - pending_.size();
    pending_ += bytes.substr(0, std::min(taken, room));
    if (taken > room) return fail(kind::bad_result, std::exchange(pending_, {}), out);
    if (end == std::string_view::npos) return bytes.remove_prefix(taken);
    bytes.remove_prefix(taken + 1);
    auto line = std::exchange(pending_, {});
    const auto number = std::string_view(line).substr(std::min(line.size(), result_prefix));
    const auto length = parse_python_int(number);
    if (!length || *length < 0) return fail(kind::bad_result, std::move(line), out);
    missing_ = static_cast<std::uint64_t>(*length);
    longer_than_ok_ = *missing_ > accepting_result.size();
    if (*missing_ == 0) await_result(bytes, out);
}

void listener_protocol::await_result(std::string_view& bytes, std::vector<listener_token>& out) {
    const auto taken = std::min<std::uint64_t>(bytes.size(), *missing_);
    if (!longer_than_ok_) pending_ += bytes.substr(0, taken);
    bytes.remove_prefix(taken);
    *missing_ -= taken;
    if (*missing_ != 0) return;
    missing_.reset();
    const bool accepted = std::exchange(pending_, {}) == accepting_result && !longer_than_ok_;
    state_ = listener_state::acknowledged;
    out.push_back({accepted ? kind::accepted : kind::rejected, listener_state::busy, {}});
}

/// The feed goes no further: what follows is discarded.
void listener_protocol::fail(kind how, std::string line, std::vector<listener_token>& out) {
    const auto before = state_;
    reset();
    state_ = listener_state::unknown;
    out.push_back({how, before, std::move(line)});
}

}  // namespace ringmaster::core

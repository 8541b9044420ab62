// Who starts next where [supervisord] start_concurrency bounds how many start at once.
//
// Owned by the supervisor. A line of processes: who waits longest comes first; any may leave.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>

#include "core/effect.hpp"

namespace ringmaster::core {

class start_turns {
public:
    /// 0: no bound.
    void limit(std::size_t at_once) { limit_ = at_once; }

    /// Takes the last place; keeps the one that the process has.
    void join(process_id id) {
        if (places_.try_emplace(id, last_ + 1).second) line_.emplace(++last_, id);
    }
    /// Gives the place up, if there is one.
    void leave(process_id id) {
        const auto found = places_.find(id);
        if (found == places_.end()) return;
        line_.erase(found->second);
        places_.erase(found);
    }
    /// Whose turn it is when `starting` processes are on their way; it keeps its place.
    std::optional<process_id> next(std::size_t starting) const {
        if (line_.empty() || (limit_ != 0 && starting >= limit_)) return std::nullopt;
        return line_.begin()->second;
    }
    std::size_t size() const { return line_.size(); }

private:
    std::size_t limit_ = 0;
    std::uint64_t last_ = 0;
    std::map<std::uint64_t, process_id> line_;
    std::unordered_map<process_id, std::uint64_t> places_;
};

}  // namespace ringmaster::core

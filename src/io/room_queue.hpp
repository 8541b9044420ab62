// Whose turn it is to write to a log that is full: a pipe or a terminal that several streams share.
//
// Owned by a stream table, on its shard's thread. Only the first stream in line is watched by the
// engine. If all were, each page that the reader takes would wake them all, and the kernel's order
// would let a few have nearly everything.
#pragma once

#include <deque>
#include <map>
#include <optional>

#include "io/log_file.hpp"

namespace ringmaster::io {

class room_queue {
public:
    bool is_empty(const target_id& target) const { return !lines_.contains(target); }

    /// True: nobody is before it.
    bool join(const target_id& target, stream_id id) {
        auto& line = lines_[target];
        line.push_back(id);
        return line.size() == 1;
    }

    /// Answers who is first now, if `id` was until now.
    std::optional<stream_id> leave(const target_id& target, stream_id id) {
        const auto found = lines_.find(target);
        if (found == lines_.end()) return std::nullopt;
        auto& line = found->second;
        const bool was_first = line.front() == id;
        if (was_first)
            line.pop_front();
        else
            std::erase(line, id);
        if (line.empty()) {
            lines_.erase(found);
            return std::nullopt;
        }
        return was_first ? std::optional(line.front()) : std::nullopt;
    }

private:
    std::map<target_id, std::deque<stream_id>> lines_;  // no line is empty
};

}  // namespace ringmaster::io

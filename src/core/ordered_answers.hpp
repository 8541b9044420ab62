// Puts answers that arrive out of order back into the order of their questions, within reason.
//
// Children are made on several threads, so a later launch can be done before an earlier one; the
// log and the events are to tell them in start order all the same. But an execve that hangs may
// not hold up everybody behind it: what has waited for `patience` is let through.
//
// Owned by io/launch_desk. Pure: time is handed in.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/instant.hpp"

namespace ringmaster::core {

template <class Answer>
class ordered_answers {
public:
    using ticket = std::uint64_t;

    explicit ordered_answers(time_point::duration patience) : patience_(patience) {}

    /// To be drawn for each question, in order.
    ticket draw() { return ++last_drawn_; }

    /// An answer has come; each ticket is answered once.
    void arrive(ticket of, Answer answer, time_point now) {
        if (waiting_.empty()) give_up_at_ = now + patience_;
        waiting_.emplace(of, std::move(answer));
    }

    /// The answers whose turn it is, in order: those with no open question before them, or all
    /// once patience has run out.
    std::vector<Answer> take(time_point now) {
        std::vector<Answer> ready;
        const bool impatient = !waiting_.empty() && now >= give_up_at_;
        while (!waiting_.empty()) {
            auto first = waiting_.begin();
            // An answer to a question that was given up before is in nobody's way.
            if (first->first > next_ && !impatient) break;
            next_ = std::max(next_, first->first + 1);
            ready.push_back(std::move(first->second));
            waiting_.erase(first);
        }
        if (!ready.empty()) give_up_at_ = now + patience_;
        return ready;
    }

    /// When take() is to be asked again at the latest; none if nothing waits.
    std::optional<time_point> deadline() const {
        if (waiting_.empty()) return std::nullopt;
        return give_up_at_;
    }

private:
    time_point::duration patience_;
    time_point give_up_at_{};
    ticket last_drawn_ = 0;
    ticket next_ = 1;  ///< the first question that is neither answered nor given up
    std::map<ticket, Answer> waiting_;
};

}  // namespace ringmaster::core

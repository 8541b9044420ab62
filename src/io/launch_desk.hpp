// Keeps the launches between the decision to make a child and its answer: in order, and only so
// many at once.
//
// Owned by the fleet, control thread only. What is asked for waits here until the launcher has
// room, so that a shutdown can take nearly all of it back; what the launcher answers is told in
// the order in which it was asked for, unless an earlier launch hangs. Decides nothing about a
// process and knows nothing of its configuration.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/effect.hpp"
#include "core/ordered_answers.hpp"
#include "io/launcher.hpp"
#include "io/timer.hpp"

namespace ringmaster::io {

class launch_desk {
public:
    using teller = std::function<void(core::process_id, launch_outcome)>;

    /// `tell` gets the answer of each launch that is neither cancelled nor given up.
    static result<std::unique_ptr<launch_desk>> open(const boost::asio::any_io_executor& control,
                                                     launcher_options options, core::log_sink& log,
                                                     teller tell);

    /// A process wants to be launched. Not twice without an answer.
    void ask(core::process_id id) { waiting_.push_back(id); }
    /// The process whose turn it is, for which launch() is to be called now or never; none if
    /// nobody waits or the launcher has enough to do.
    std::optional<core::process_id> next();
    void launch(core::process_id id, launch_plan plan);

    /// The processes whose launch no thread has begun: none of these is answered any more.
    std::vector<core::process_id> cancel();
    /// The launch of this process is not answered any more. False if nothing was under way: it
    /// waited for its turn, or was never asked for.
    bool give_up(core::process_id id);
    /// Ends the launcher's threads. Nothing is told any more.
    void close();

private:
    struct numbered_outcome {
        launch_number number;
        launch_outcome outcome;
    };

    launch_desk(const boost::asio::any_io_executor& control, teller tell);
    void tell_what_is_due();
    void tell(numbered_outcome answer);

    teller tell_;
    std::unique_ptr<launcher> launcher_;
    std::deque<core::process_id> waiting_;  ///< asked for, not handed to the launcher yet
    std::unordered_map<launch_number, core::process_id> under_way_;
    core::ordered_answers<numbered_outcome> answers_;
    timer due_;
};

}  // namespace ringmaster::io

// Bounds how long an exit waits for the last output of its child. A disk that hangs would
// otherwise keep a dead process RUNNING, its restart and the shutdown for ever.
//
// Owned by io/children, control thread only. Its timer rings once more after the last who waited:
// nearly nobody waits so long, and setting it for each death would cost more than that.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <unordered_map>

#include "core/effect.hpp"
#include "core/result.hpp"
#include "io/timer.hpp"

namespace ringmaster::io {

class log_patience {
public:
    using callback = std::function<void(core::process_id)>;

    /// `on_late` is called for each process whose end() does not come within `time` of its begin().
    log_patience(const asio::any_io_executor& control, std::chrono::milliseconds time,
                 callback on_late);

    /// The child died, and its logs are being completed. Not twice without end().
    void begin(core::process_id id);
    void end(core::process_id id);
    /// Nothing is called any more.
    void close();

    std::chrono::milliseconds time() const { return time_; }

private:
    struct waiting {
        core::process_id id;
        std::chrono::steady_clock::time_point due;
    };

    void arm();
    void expire();

    timer timer_;
    std::chrono::milliseconds time_;
    callback on_late_;
    std::uint64_t last_ = 0;
    std::map<std::uint64_t, waiting> in_turn_;  // by number: all wait equally long
    std::unordered_map<core::process_id, std::uint64_t> numbers_;
};

}  // namespace ringmaster::io

// The tapped side of one stream: which pieces of its output go to the log, and which are posted to
// the control thread.
//
// Owned by the stream (io/stream_table), on its shard's thread. Capture mode lives here: captured
// text never reaches the log.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/capture.hpp"
#include "io/byte_credit.hpp"
#include "io/tap.hpp"

namespace ringmaster::io {

class stream_tap {
public:
    struct piece {
        std::string bytes;
        bool to_log = false;
        std::optional<tapped_piece::kind> to_control;
    };

    explicit stream_tap(tap_spec spec);

    /// False: all bytes go to the log and nobody else wants them.
    bool is_open() const { return scanner_ || is_watched(); }
    const std::shared_ptr<byte_credit>& credit() const { return credit_; }

    std::vector<piece> split(std::span<char> bytes, bool strip_ansi);
    /// The stream has ended: what was held back.
    std::vector<piece> rest(bool strip_ansi);
    /// The log was cleared: what was captured so far goes, too.
    void drop_captured() { (void)captured_.take(); }

private:
    bool is_watched() const;
    void add_captured(std::vector<core::capture_piece> found, bool strip_ansi,
                      std::vector<piece>& out);
    void add_output(std::string bytes, bool to_log, bool strip_ansi, std::vector<piece>& out);

    tap_spec spec_;
    std::shared_ptr<byte_credit> credit_ = std::make_shared<byte_credit>();
    std::optional<core::capture_scanner> scanner_;
    core::tail_buffer captured_;
};

}  // namespace ringmaster::io

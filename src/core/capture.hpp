// Capture mode: finds the text between the tokens <!--XSUPERVISOR:BEGIN--> and …END--> in the
// output of a child, which becomes PROCESS_COMMUNICATION events.
//
// A value that is fed one stream's bytes in any fragmentation. Tokens never come out. As under
// Supervisor, output that is no longer than the awaited token is held back until more comes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringmaster::core {

/// A piece of output after the tokens were taken out; in order.
struct capture_piece {
    enum class kind : std::uint8_t {
        plain,     ///< goes to the log
        captured,  ///< goes to the capture buffer; empty never
        end,       ///< the capture is complete
    };
    kind what;
    std::string bytes;
};

class capture_scanner {
public:
    std::vector<capture_piece> feed(std::string_view bytes);
    /// The stream has ended: what was held back. A capture that has no end is never reported.
    std::vector<capture_piece> finish();

private:
    std::vector<capture_piece> scan(bool at_end);

    std::string held_;
    bool capturing_ = false;
};

/// Keeps the last `limit` bytes of what is appended.
class tail_buffer {
public:
    explicit tail_buffer(std::size_t limit) : limit_(limit) {}
    void append(std::string_view bytes);
    std::string take() { return std::exchange(bytes_, {}); }

private:
    std::size_t limit_;
    std::string bytes_;
};

}  // namespace ringmaster::core

// Spells records as they stand in the daemon's own log: time, level, text.
//
// One for each thread that writes such lines: it remembers how the last second is spelt, because
// asking for the local time costs more than the rest.
#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "core/log.hpp"

namespace ringmaster::io {

class line_format {
public:
    /// Appends `YYYY-MM-DD HH:MM:SS,mmm LEVL text` and a newline to `to`, with the time of now.
    void append(std::string& to, core::log_level level, std::string_view text);

private:
    std::time_t second_ = -1;
    std::string spelt_;
};

}  // namespace ringmaster::io

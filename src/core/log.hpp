// Levels of the main log, and the sink interface that pure code and every layer write to.
//
// The numbers and four-letter codes are Supervisor's and appear in the log file. The sink itself
// (file, rotation, stdout, syslog) is io/main_log.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringmaster::core {

enum class log_level : std::uint8_t {
    blather = 3,
    trace = 5,
    debug = 10,
    info = 20,
    warn = 30,
    error = 40,
    critical = 50,
};

/// "CRIT", "ERRO", "WARN", "INFO", "DEBG", "TRAC", "BLAT".
std::string_view log_code(log_level level);
/// The word used in the configuration: "critical" … "blather".
std::string_view log_level_name(log_level level);
/// Case-insensitive inverse of log_level_name; "warning" is not a level.
std::optional<log_level> parse_log_level(std::string_view word);

struct log_line {
    log_level level;
    std::string text;
};

/// Where log lines go. Implementations never throw and never block for long.
class log_sink {
public:
    virtual ~log_sink() = default;
    virtual void write(log_level level, std::string_view text) = 0;
    /// False lets callers skip building a text that nobody will see.
    virtual bool enabled(log_level level) const = 0;
};

}  // namespace ringmaster::core

#include "io/line_format.hpp"

#include <fmt/format.h>
#include <time.h>

#include <iterator>

namespace ringmaster::io {

void line_format::append(std::string& to, core::log_level level, std::string_view text) {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    if (now.tv_sec != second_) {
        std::tm local{};
        ::localtime_r(&now.tv_sec, &local);
        char spelt[32];
        spelt_.assign(spelt, std::strftime(spelt, sizeof spelt, "%Y-%m-%d %H:%M:%S", &local));
        second_ = now.tv_sec;
    }
    fmt::format_to(std::back_inserter(to), "{},{:03} {} {}\n", spelt_, now.tv_nsec / 1'000'000,
                   core::log_code(level), text);
}

}  // namespace ringmaster::io

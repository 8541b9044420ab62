#include "http/http_date.hpp"

#include <cstdio>

namespace ringmaster::http {
namespace {

// strftime would use the locale's names.
constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::tm local(std::time_t when) {
    std::tm parts{};
    ::localtime_r(&when, &parts);
    return parts;
}

}  // namespace

std::string http_date(std::time_t when) {
    std::tm at{};
    ::gmtime_r(&when, &at);
    char text[64];
    std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[at.tm_wday],
                  at.tm_mday, months[at.tm_mon], at.tm_year + 1900, at.tm_hour, at.tm_min,
                  at.tm_sec);
    return text;
}

std::optional<std::time_t> parse_http_date(std::string_view text) {
    const std::string copy{text};
    char day[4] = "";
    char month[4] = "";
    char zone[4] = "";
    std::tm at{};
    if (std::sscanf(copy.c_str(), "%3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d %3[A-Z]", day,
                    &at.tm_mday, month, &at.tm_year, &at.tm_hour, &at.tm_min, &at.tm_sec,
                    zone) != 8)
        return std::nullopt;
    if (std::string_view{zone} != "GMT" || at.tm_year < 1970) return std::nullopt;
    at.tm_year -= 1900;
    for (at.tm_mon = 0; at.tm_mon < 12; ++at.tm_mon)
        if (std::string_view{months[at.tm_mon]} == month) return ::timegm(&at);
    return std::nullopt;
}

std::string page_time(std::time_t when) {
    const std::tm at = local(when);
    char text[64];
    std::snprintf(text, sizeof text, "%s %s %2d %02d:%02d:%02d %d", days[at.tm_wday],
                  months[at.tm_mon], at.tm_mday, at.tm_hour, at.tm_min, at.tm_sec,
                  at.tm_year + 1900);
    return text;
}

std::string access_log_time(std::time_t when) {
    const std::tm at = local(when);
    const long minutes = at.tm_gmtoff / 60;
    const long magnitude = minutes < 0 ? -minutes : minutes;
    char text[80];
    std::snprintf(text, sizeof text, "%02d/%s/%d:%02d:%02d:%02d %c%02ld%02ld", at.tm_mday,
                  months[at.tm_mon], at.tm_year + 1900, at.tm_hour, at.tm_min, at.tm_sec,
                  minutes < 0 ? '-' : '+', magnitude / 60, magnitude % 60);
    return text;
}

}  // namespace ringmaster::http

// Times as HTTP and the classic pages write them.
//
// Pure conversions; whoever calls says what time it is.
#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace ringmaster::http {

/// "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(std::time_t when);
/// The inverse; nullopt for any other form.
std::optional<std::time_t> parse_http_date(std::string_view text);
/// "Sun Nov  6 08:49:37 1994", local time.
std::string page_time(std::time_t when);
/// "06/Nov/1994:08:49:37 +0000", local time.
std::string access_log_time(std::time_t when);

}  // namespace ringmaster::http

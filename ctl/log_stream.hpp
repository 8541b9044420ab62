// A log that is followed: the daemon's endless answer to GET /logtail/… or /mainlogtail.
//
// Lives for one `tail -f` or `fg`, on a connection of its own. Bytes go to the terminal unchanged.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "ctl/connection.hpp"
#include "ctl/console.hpp"
#include "ctl/failure.hpp"
#include "ctl/response_parser.hpp"
#include "ctl/server_url.hpp"

namespace ringmaster::ctl {

class log_stream {
public:
    /// Connects and asks. `path` is the URL's path, not encoded.
    static outcome<log_stream> open(const server_access& server, std::string_view path);

    /// Waits for bytes and prints them. False: the stream has ended, or the daemon refused it,
    /// which was reported on stderr.
    outcome<bool> pump(console& out);

    /// To be polled for input. Borrowed.
    int descriptor() const { return connection_.descriptor(); }

private:
    log_stream(connection established, std::string url)
        : connection_(std::move(established)), url_(std::move(url)) {}

    connection connection_;
    response_parser response_;
    std::string url_;  // for messages
};

/// "/logtail/<name>/<channel>"
std::string log_path(std::string_view name, std::string_view channel);

}  // namespace ringmaster::ctl

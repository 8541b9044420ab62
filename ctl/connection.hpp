// One stream connection to the daemon, over TCP or a UNIX socket.
//
// Waits as long as it takes: start and stop may be slow, and the user has Ctrl-C. Knows nothing of
// HTTP.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include "ctl/failure.hpp"
#include "ctl/server_url.hpp"
#include "io/unique_fd.hpp"

namespace ringmaster::ctl {

class connection {
public:
    /// Tries every address of a host name; the failure is that of the last one.
    static outcome<connection> open(const server_address& to);

    outcome<void> send(std::string_view bytes);

    /// Waits for bytes; how many of `into` were filled, 0 at the end of the stream.
    outcome<std::size_t> receive(std::span<char> into);

    /// For waiting on several connections at once. Borrowed.
    int descriptor() const { return fd_.get(); }

private:
    explicit connection(io::unique_fd fd) : fd_(std::move(fd)) {}

    io::unique_fd fd_;  // non-blocking
};

}  // namespace ringmaster::ctl

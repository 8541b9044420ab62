// The accept loop of one listening socket.
//
// Run as a task of the server that owns the listening socket. Hands on accepted descriptors
// (non-blocking, close-on-exec) and never reads or writes them. When the process is out of
// descriptors it waits instead of spinning; clients stay in the kernel's queue meanwhile.
#pragma once

#include <functional>
#include <string>

#include "core/result.hpp"
#include "io/listening_socket.hpp"
#include "io/task.hpp"
#include "io/unique_fd.hpp"

namespace ringmaster::io {

struct accepted_socket {
    unique_fd socket;
    core::family kind = core::family::local;
    std::string peer;  ///< "127.0.0.1:4711"; "localhost:0" for a unix socket
};

struct accept_events {
    /// Called for each connection; must not block.
    std::function<void(accepted_socket)> accepted;
    /// Called when accepting begins to fail, not for each failure after that.
    std::function<void(error_code)> trouble;
};

/// Accepts until cancelled, or until the socket fails for good (then `trouble` is told). `from`
/// must stay open until the task has ended; `events` is copied.
task<> accept_connections(const listening_socket& from, accept_events events);

}  // namespace ringmaster::io

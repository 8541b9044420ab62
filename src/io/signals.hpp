// The signals that the daemon itself understands, read from a descriptor instead of caught.
//
// Nothing is ever caught: the signals are blocked in every thread from the start of main() and
// arrive through signalfd on the control thread. So no handler can run in a child between clone
// and execve, and a signal that comes during a restart waits for the next incarnation.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "core/result.hpp"
#include "io/task.hpp"

namespace ringmaster::io {

/// Blocks TERM, INT, QUIT, HUP, USR2 and CHLD for this and all later threads, and ignores SIGPIPE
/// and SIGXFSZ. To be called first thing in main().
void prepare_signals();

class signal_source {
public:
    static result<signal_source> open(asio::any_io_executor control);

    /// The number of the next signal; an error only on cancellation.
    task<result<int>> next();

private:
    signal_source(asio::any_io_executor control, int fd);
    asio::posix::stream_descriptor fd_;
};

}  // namespace ringmaster::io

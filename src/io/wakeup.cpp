#include "io/wakeup.hpp"

namespace ringmaster::io {

task<> wakeup::wait() {
    auto [woken] = co_await channel_.async_receive(tuple);
    (void)woken;  // nothing is ever sent: it was cancelled
}

}  // namespace ringmaster::io

// Names for the coroutine vocabulary of the control thread.
//
// Everything that awaits runs on the one io_context of the control thread, so no task needs a
// lock. g++ 12 destroys some temporaries of a co_await expression twice (docs/traps/coroutines.md):
// name aggregates, capturing lambdas and braced lists before you await.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/deferred.hpp>

namespace ringmaster::io {

namespace asio = boost::asio;

template <class T = void>
using task = asio::awaitable<T>;

/// Completion token of leaf operations: `auto [ec, n] = co_await op(..., tuple);`
/// Expected ends (end of file, cancellation) are values, not exceptions.
inline constexpr auto tuple = asio::as_tuple(asio::deferred);

}  // namespace ringmaster::io

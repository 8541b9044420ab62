#include "io/listener.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>

#include "io/posix.hpp"
#include "io/timer.hpp"

namespace ringmaster::io {
namespace {

/// Connections taken in one turn of the loop, so that a connection storm delays nobody else.
constexpr int accept_budget = 32;
constexpr std::chrono::milliseconds exhaustion_pause{200};

std::string peer_name(const sockaddr_storage& address) {
    char text[INET6_ADDRSTRLEN] = "";
    if (address.ss_family == AF_INET) {
        const auto& inet = reinterpret_cast<const sockaddr_in&>(address);
        ::inet_ntop(AF_INET, &inet.sin_addr, text, sizeof text);
        return std::string(text) + ":" + std::to_string(ntohs(inet.sin_port));
    }
    if (address.ss_family == AF_INET6) {
        const auto& inet = reinterpret_cast<const sockaddr_in6&>(address);
        ::inet_ntop(AF_INET6, &inet.sin6_addr, text, sizeof text);
        return std::string(text) + ":" + std::to_string(ntohs(inet.sin6_port));
    }
    return "localhost:0";
}

/// Answers leave at once; a peer that vanished without a word is noticed within two minutes.
void tune(int fd) {
    const auto set = [fd](int level, int option, int value) {
        ::setsockopt(fd, level, option, &value, sizeof value);  // a refusal costs only comfort
    };
    set(IPPROTO_TCP, TCP_NODELAY, 1);
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, 60);
    set(IPPROTO_TCP, TCP_KEEPINTVL, 15);
    set(IPPROTO_TCP, TCP_KEEPCNT, 4);
}

result<accepted_socket> try_accept(const listening_socket& from) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    unique_fd socket{::accept4(from.fd(), reinterpret_cast<sockaddr*>(&address), &size,
                               SOCK_CLOEXEC | SOCK_NONBLOCK)};
    if (!socket) return last_errno();
    if (from.kind() == core::family::inet) tune(socket.get());
    return accepted_socket{std::move(socket), from.kind(), peer_name(address)};
}

enum class next_step : std::uint8_t { wait_for_more, go_on, pause, give_up };

next_step after_failure(int number) {
    switch (number) {
        case EAGAIN: return next_step::wait_for_more;
        case EMFILE:
        case ENFILE:
        case ENOBUFS:
        case ENOMEM: return next_step::pause;
        case EBADF:
        case EINVAL:
        case ENOTSOCK:
        case EOPNOTSUPP: return next_step::give_up;
        default: return next_step::go_on;  // the connection died in the queue (accept(2))
    }
}

/// Takes what is in the queue, up to the budget. `failed` is the last error, if any.
next_step accept_some(const listening_socket& from, const accept_events& events,
                      error_code& failed) {
    for (int taken = 0; taken < accept_budget; ++taken) {
        auto got = try_accept(from);
        if (got) {
            failed = {};
            events.accepted(std::move(*got));
            continue;
        }
        const next_step next = after_failure(got.error().value());
        if (next == next_step::go_on) continue;
        if (next != next_step::wait_for_more) failed = got.error();
        return next;
    }
    return next_step::go_on;
}

}  // namespace

task<> accept_connections(const listening_socket& from, accept_events events) {
    const auto executor = co_await asio::this_coro::executor;
    // A copy, because Asio closes what it is given.
    asio::posix::stream_descriptor wake{executor, ::fcntl(from.fd(), F_DUPFD_CLOEXEC, 0)};
    error_code reported;
    for (;;) {
        error_code failed = reported;
        const next_step next = accept_some(from, events, failed);
        if (failed && failed != reported) events.trouble(failed);
        reported = failed;
        if (next == next_step::give_up) co_return;
        if (next == next_step::go_on) {
            co_await asio::post(executor, asio::deferred);
        } else if (next == next_step::pause) {
            if (!co_await sleep_for(exhaustion_pause)) co_return;
        } else {
            auto [ec] = co_await wake.async_wait(asio::posix::descriptor_base::wait_read, tuple);
            if (ec) co_return;
        }
    }
}

}  // namespace ringmaster::io

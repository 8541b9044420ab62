#include "ctl/connection.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "ctl/interrupt.hpp"

namespace ringmaster::ctl {
namespace {

using io::unique_fd;

outcome<unique_fd> connect_local(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        return plain_failure("OSError", "AF_UNIX path too long");
    if (path.empty()) return system_failure(EINVAL);  // it would name an abstract socket
    std::memcpy(address.sun_path, path.data(), path.size());

    unique_fd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (!fd) return system_failure(errno);
    // Blocking: while the daemon's backlog is full, a non-blocking connect() fails with EAGAIN and
    // there is nothing to wait for.
    while (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        if (errno != EINTR) return system_failure(errno);
        if (take_interrupt()) return interrupted_failure();
    }
    if (::fcntl(fd.get(), F_SETFL, O_NONBLOCK) != 0) return system_failure(errno);
    return fd;
}

outcome<unique_fd> connect_address(const addrinfo& address) {
    unique_fd fd{::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (!fd) return system_failure(errno);
    if (::connect(fd.get(), address.ai_addr, address.ai_addrlen) != 0) {
        if (errno != EINPROGRESS && errno != EINTR) return system_failure(errno);
        if (auto ready = wait_ready(fd.get(), POLLOUT); !ready) return ready.error();
        int number = 0;
        ::socklen_t size = sizeof number;
        ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &number, &size);
        if (number != 0) return system_failure(number);
    }
    const int on = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

outcome<unique_fd> connect_tcp(const server_address& to) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int number = ::getaddrinfo(to.host.c_str(), to.port.c_str(), &wanted, &found))
        return lookup_failure(number);
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner{found, ::freeaddrinfo};

    auto last = system_failure(EHOSTUNREACH);
    for (const auto* one = found; one != nullptr; one = one->ai_next) {
        auto fd = connect_address(*one);
        if (fd) return fd;
        last = fd.error();
        if (last.kind == failure_kind::interrupted) break;
    }
    return last;
}

}  // namespace

outcome<connection> connection::open(const server_address& to) {
    auto fd = to.local ? connect_local(to.path) : connect_tcp(to);
    if (!fd) return fd.error();
    return connection{*std::move(fd)};
}

outcome<void> connection::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        } else if (errno == EAGAIN) {
            if (auto ready = wait_ready(fd_.get(), POLLOUT); !ready) return ready;
        } else if (errno != EINTR) {
            return system_failure(errno);
        }
    }
    return {};
}

outcome<std::size_t> connection::receive(std::span<char> into) {
    for (;;) {
        const auto got = ::recv(fd_.get(), into.data(), into.size(), 0);
        if (got >= 0) return static_cast<std::size_t>(got);
        if (errno == EAGAIN) {
            if (auto ready = wait_ready(fd_.get(), POLLIN); !ready) return ready.error();
        } else if (errno != EINTR) {
            return system_failure(errno);
        }
    }
}

}  // namespace ringmaster::ctl

#include "io/listening_socket.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <utility>

#include "io/posix.hpp"
#include "io/unix_socket.hpp"

namespace ringmaster::io {
namespace {

constexpr int backlog = 1024;

listen_error system_failure(int number) {
    const auto kind =
        number == EADDRINUSE ? listen_error::kind::in_use : listen_error::kind::system;
    return {kind, number, {}, {}, {}};
}

/// "(uid, gid)" with -1 for what was not to be changed.
std::string ids(const core::ownership& owner) {
    const auto text = [](const std::optional<std::uint32_t>& id) {
        return id ? std::to_string(*id) : std::string("-1");
    };
    return "(" + text(owner.uid) + ", " + text(owner.gid) + ")";
}

struct address_list_deleter {
    void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using address_list = std::unique_ptr<addrinfo, address_list_deleter>;

/// Names and IPv4 literals, as in Supervisor; "[::1]" is an extension.
result<address_list, listen_error> resolve(std::string host, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_family = AF_INET;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
        hints.ai_family = AF_INET6;
    }
    addrinfo* found = nullptr;
    const std::string service = std::to_string(port);
    const int code =
        ::getaddrinfo(host.empty() ? nullptr : host.c_str(), service.c_str(), &hints, &found);
    if (code == EAI_SYSTEM) return system_failure(errno);
    if (code != 0) return listen_error{listen_error::kind::resolver, code, {}, {}, {}};
    return address_list{found};
}

result<listening_socket, listen_error> open_inet(const core::server_config& config) {
    RM_TRY(const address_list addresses, resolve(config.host, config.port));
    const addrinfo& first = *addresses;
    unique_fd socket{::socket(first.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (!socket) return system_failure(errno);
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(socket.get(), first.ai_addr, first.ai_addrlen) != 0) return system_failure(errno);
    if (::listen(socket.get(), backlog) != 0) return system_failure(errno);
    return listening_socket{std::move(socket), core::family::inet, {}, {}};
}

}  // namespace

std::string describe(const listen_error& error) {
    const std::string number = std::to_string(error.number);
    switch (error.what) {
        case listen_error::kind::in_use:
            return "Another program is already listening on a port that one of our HTTP servers is "
                   "configured to use.  Shut this program down first before starting supervisord.";
        case listen_error::kind::system:
            return "Cannot open an HTTP server: socket.error reported errno." +
                   errno_name(error.number) + " (" + number + ")";
        case listen_error::kind::resolver:
            return "Cannot open an HTTP server: socket.error reported " + number;
        case listen_error::kind::chown_refused:
            return "Not permitted to chown " + error.path + " to uid/gid " + ids(error.owner) +
                   "; adjust \"sockchown\" value in config file or on command line to values that "
                   "the current user (" +
                   error.user + ") can successfully chown";
    }
    return {};
}

listening_socket::listening_socket(unique_fd socket, core::family kind, std::string unlink_path,
                                   file_identity identity)
    : socket_(std::move(socket)),
      kind_(kind),
      unlink_path_(std::move(unlink_path)),
      identity_(identity) {}

listening_socket::listening_socket(listening_socket&& other) noexcept
    : socket_(std::move(other.socket_)),
      kind_(other.kind_),
      unlink_path_(std::exchange(other.unlink_path_, {})),
      identity_(other.identity_) {}

listening_socket& listening_socket::operator=(listening_socket&& other) noexcept {
    if (this == &other) return *this;
    close();
    socket_ = std::move(other.socket_);
    kind_ = other.kind_;
    unlink_path_ = std::exchange(other.unlink_path_, {});
    identity_ = other.identity_;
    return *this;
}

listening_socket::~listening_socket() {
    close();
}

std::uint16_t listening_socket::port() const {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getsockname(fd(), reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
    if (address.ss_family == AF_INET)
        return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
    if (address.ss_family == AF_INET6)
        return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
    return 0;
}

void listening_socket::close() {
    // The file goes first: once the socket is closed another daemon may take the path over.
    if (!unlink_path_.empty()) {
        struct stat info {};
        if (::lstat(unlink_path_.c_str(), &info) == 0 &&
            file_identity{info.st_dev, info.st_ino} == identity_)
            (void)::unlink(unlink_path_.c_str());  // nothing can be done about a failure
        unlink_path_.clear();
    }
    socket_.reset();
}

result<listening_socket, listen_error> open_listening_socket(
    const core::server_config& config, const std::function<void(std::string_view)>& say) {
    if (config.kind == core::family::inet) return open_inet(config);
    auto bound = bind_unix_socket(config, say);
    if (!bound) return bound.error();
    return listening_socket{std::move(bound->socket), core::family::local, config.path,
                            bound->identity};
}

}  // namespace ringmaster::io

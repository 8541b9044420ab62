#include "io/fcgi_sockets.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <memory>
#include <set>

#include <fmt/format.h>

#include "io/posix.hpp"

namespace ringmaster::io {
namespace {

using problem = fcgi_sockets::problem;

problem describe(const core::fcgi_socket_config& config, const std::string& why) {
    return fmt::format("Could not create FastCGI socket {}: {}", config.url, why);
}

problem system_problem(const core::fcgi_socket_config& config, int number) {
    return describe(config, fmt::format("[Errno {}] {}", number, ::strerrordesc_np(number)));
}

/// Blocking, because accept(2) in the children is to wait.
unique_fd make_socket(int domain) {
    return unique_fd{::socket(domain, SOCK_STREAM | SOCK_CLOEXEC, 0)};
}

/// Makes way for the socket. Only a socket is removed: a slip in the config may name any file.
error_code remove_old(const std::string& path) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) return errno == ENOENT ? error_code{} : last_errno();
    if (!S_ISSOCK(info.st_mode)) return posix_error(EEXIST);
    return ::unlink(path.c_str()) == 0 || errno == ENOENT ? error_code{} : last_errno();
}

error_code dress(const core::fcgi_socket_config& config) {
    const auto* path = config.path.c_str();
    if (config.owner.uid || config.owner.gid) {
        const uid_t uid = config.owner.uid.value_or(static_cast<uid_t>(-1));
        const gid_t gid = config.owner.gid.value_or(static_cast<gid_t>(-1));
        if (::chown(path, uid, gid) != 0) return last_errno();
    }
    return ::chmod(path, config.mode) == 0 ? error_code{} : last_errno();
}

error_code bind_unix(int socket, const core::fcgi_socket_config& config) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (config.path.size() >= sizeof address.sun_path) return posix_error(ENAMETOOLONG);
    config.path.copy(address.sun_path, config.path.size());
    if (const auto failed = remove_old(config.path)) return failed;
    const auto* target = reinterpret_cast<const sockaddr*>(&address);
    if (::bind(socket, target, sizeof address) != 0) return last_errno();
    return dress(config);
}

result<unique_fd, problem> bind_tcp(const core::fcgi_socket_config& config) {
    addrinfo hints{};
    hints.ai_family = AF_INET;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int code =
        ::getaddrinfo(config.host.c_str(), std::to_string(config.port).c_str(), &hints, &found);
    if (code != 0)
        return describe(config, fmt::format("[Errno {}] {}", code, ::gai_strerror(code)));
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);

    unique_fd socket = make_socket(AF_INET);
    if (!socket) return system_problem(config, errno);
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(socket.get(), found->ai_addr, found->ai_addrlen) != 0) {
        return system_problem(config, errno);
    }
    return socket;
}

result<unique_fd, problem> bind_socket(const core::fcgi_socket_config& config) {
    if (config.kind == core::family::inet) return bind_tcp(config);
    unique_fd socket = make_socket(AF_UNIX);
    if (!socket) return system_problem(config, errno);
    if (const auto failed = bind_unix(socket.get(), config)) {
        return system_problem(config, failed.value());
    }
    return socket;
}

result<unique_fd, problem> open_socket_at(const core::fcgi_socket_config& config,
                                          core::log_sink& log) {
    log.write(core::log_level::info, "Creating socket " + config.url);
    RM_TRY(unique_fd socket, bind_socket(config));
    if (::listen(socket.get(), config.backlog.value_or(SOMAXCONN)) != 0) {
        return system_problem(config, errno);
    }
    return socket;
}

void close_socket(const std::string& url, unique_fd& socket, core::log_sink& log) {
    log.write(core::log_level::info, "Closing socket " + url);
    socket.reset();
}

}  // namespace

result<unique_fd, problem> fcgi_sockets::lend(core::process_id id,
                                              const core::fcgi_socket_config& config) {
    auto found = open_.find(config.url);
    if (found == open_.end()) {
        RM_TRY(unique_fd socket, open_socket_at(config, log_));
        found = open_.try_emplace(config.url).first;
        found->second.fd = std::move(socket);
    }
    // First, so that give_back() closes what nobody else uses, whatever happens next.
    if (lent_.try_emplace(id, config.url).second) ++found->second.users;
    unique_fd copy{::fcntl(found->second.fd.get(), F_DUPFD_CLOEXEC, 3)};
    if (!copy) return system_problem(config, errno);
    return copy;
}

void fcgi_sockets::give_back(core::process_id id) {
    const auto lent = lent_.extract(id);
    if (!lent) return;
    const auto found = open_.find(lent.mapped());
    if (--found->second.users != 0) return;
    close_socket(found->first, found->second.fd, log_);
    open_.erase(found);
}

result<void, problem> fcgi_sockets::try_out(const core::group_config& group, core::log_sink& log) {
    std::set<std::string> tried;
    for (const auto& process : group.processes) {
        if (!process.fcgi_socket || !tried.insert(process.fcgi_socket->url).second) continue;
        RM_TRY(unique_fd socket, open_socket_at(*process.fcgi_socket, log));
        close_socket(process.fcgi_socket->url, socket, log);
    }
    return {};
}

}  // namespace ringmaster::io

#include "io/unix_socket.hpp"

#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "io/posix.hpp"

namespace ringmaster::io {
namespace {

constexpr int backlog = 1024;
constexpr int probe_seconds = 3;
/// Another daemon may put its socket there between our unlink and our link; it then gets probed.
constexpr int link_attempts = 5;

listen_error system_failure(int number) {
    return {listen_error::kind::system, number, {}, {}, {}};
}

result<sockaddr_un, listen_error> address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return system_failure(ENAMETOOLONG);
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    return address;
}

unique_fd make_socket(int flags) {
    return unique_fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0)};
}

/// Removes a file on every way out.
class temporary_name {
public:
    explicit temporary_name(std::string path) : path_(std::move(path)) { remove(); }
    temporary_name(const temporary_name&) = delete;
    temporary_name& operator=(const temporary_name&) = delete;
    ~temporary_name() { remove(); }
    const std::string& path() const { return path_; }

private:
    void remove() { (void)::unlink(path_.c_str()); }  // usually there is none
    std::string path_;
};

/// True if somebody answers at `path`, or accepts and keeps silent. Blocks for `probe_seconds` at
/// most.
bool is_served(const sockaddr_un& address) {
    const unique_fd probe = make_socket(0);
    const timeval limit{probe_seconds, 0};
    ::setsockopt(probe.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(probe.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    const auto* target = reinterpret_cast<const sockaddr*>(&address);
    // EAGAIN: the backlog is full, so there is a listener; a dead one refuses.
    if (::connect(probe.get(), target, sizeof address) != 0) return errno == EAGAIN;
    static constexpr std::string_view hello = "GET / HTTP/1.0\r\n\r\n";
    if (::send(probe.get(), hello.data(), hello.size(), MSG_NOSIGNAL) < 0) return errno == EAGAIN;
    char byte = 0;
    const ssize_t got = ::recv(probe.get(), &byte, 1, 0);
    return got > 0 || (got < 0 && errno == EAGAIN);
}

/// Makes way for our link. An error says why that may not be done.
error_code remove_stale(const std::string& path, const sockaddr_un& address, bool& served) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) return errno == ENOENT ? error_code{} : last_errno();
    // Whatever else lies there was put there by somebody else, perhaps by a slip in the config.
    if (!S_ISSOCK(info.st_mode)) return posix_error(EEXIST);
    served = is_served(address);
    if (served) return {};
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return last_errno();
    return {};
}

std::string current_user() {
    const uid_t uid = ::geteuid();
    const passwd* entry = ::getpwuid(uid);
    return entry != nullptr ? entry->pw_name : std::to_string(uid);
}

/// Mode and owner while the socket has only its temporary name.
std::optional<listen_error> dress(const std::string& temporary, const core::server_config& config) {
    if (config.owner.uid || config.owner.gid) {
        const uid_t uid = config.owner.uid.value_or(static_cast<uid_t>(-1));
        const gid_t gid = config.owner.gid.value_or(static_cast<gid_t>(-1));
        if (::chown(temporary.c_str(), uid, gid) != 0) {
            if (errno != EPERM) return system_failure(errno);
            return listen_error{listen_error::kind::chown_refused, EPERM, config.path, config.owner,
                                current_user()};
        }
    }
    if (::chmod(temporary.c_str(), config.mode) != 0) return system_failure(errno);
    return std::nullopt;
}

std::optional<listen_error> link_to(const std::string& temporary, const std::string& path,
                                    const std::function<void(std::string_view)>& say) {
    RM_TRY(const sockaddr_un address, address_of(path));
    for (int attempt = 0; attempt < link_attempts; ++attempt) {
        if (::link(temporary.c_str(), path.c_str()) == 0) return std::nullopt;
        if (errno != EEXIST) return system_failure(errno);
        bool served = false;
        if (const error_code failed = remove_stale(path, address, served))
            return system_failure(failed.value());
        if (served) break;
        say("Unlinking stale socket " + path);
    }
    return listen_error{listen_error::kind::in_use, EADDRINUSE, path, {}, {}};
}

}  // namespace

result<bound_unix_socket, listen_error> bind_unix_socket(
    const core::server_config& config, const std::function<void(std::string_view)>& say) {
    const temporary_name temporary{config.path + "." + std::to_string(::getpid())};
    RM_TRY(const sockaddr_un address, address_of(temporary.path()));

    unique_fd socket = make_socket(SOCK_NONBLOCK);
    if (!socket) return system_failure(errno);
    const auto* target = reinterpret_cast<const sockaddr*>(&address);
    if (::bind(socket.get(), target, sizeof address) != 0) return system_failure(errno);
    if (auto failed = dress(temporary.path(), config)) return *failed;
    // Listening before the name appears: nobody can find a socket that refuses.
    if (::listen(socket.get(), backlog) != 0) return system_failure(errno);
    if (auto failed = link_to(temporary.path(), config.path, say)) return *failed;

    struct stat info {};
    if (::stat(config.path.c_str(), &info) != 0) return system_failure(errno);
    return bound_unix_socket{std::move(socket), {info.st_dev, info.st_ino}};
}

}  // namespace ringmaster::io

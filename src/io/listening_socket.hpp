// The listening sockets of the configured servers: opened at start, before the daemon detaches,
// so that what goes wrong reaches the terminal.
//
// Owned by the composition root and handed to the HTTP server. Opening is synchronous (it may
// resolve a name or probe another daemon) and is done before the loop runs. Says nothing itself:
// describe() makes the texts that the caller prints.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/config.hpp"
#include "core/result.hpp"
#include "io/unique_fd.hpp"

namespace ringmaster::io {

/// Why a listening socket could not be opened.
struct listen_error {
    enum class kind : std::uint8_t {
        in_use,         ///< another program listens there
        system,         ///< `number` is an errno
        resolver,       ///< `number` is getaddrinfo's code
        chown_refused,  ///< `path`, `owner` and `user` say what was not allowed to whom
    };
    kind what = kind::system;
    int number = 0;
    std::string path;
    core::ownership owner;
    std::string user;
};

/// The text after "Error: ", as the configuration manual has it.
std::string describe(const listen_error& error);

/// Identity of a file, to recognise a path that somebody else has replaced.
struct file_identity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;

    bool operator==(const file_identity&) const = default;
};

/// One open listening socket, non-blocking and close-on-exec. Closing it removes its socket file,
/// unless the file at that path is no longer the one it made. After a fork only one of the two
/// processes may run the destructor.
class listening_socket {
public:
    listening_socket() = default;
    /// `unlink_path` empty: nothing to remove.
    listening_socket(unique_fd socket, core::family kind, std::string unlink_path,
                     file_identity identity);
    listening_socket(listening_socket&& other) noexcept;
    listening_socket& operator=(listening_socket&& other) noexcept;
    ~listening_socket();

    int fd() const { return socket_.get(); }
    core::family kind() const { return kind_; }
    /// The port that was bound; 0 for a unix socket.
    std::uint16_t port() const;
    /// Removes the socket file and closes. Idempotent.
    void close();

private:
    unique_fd socket_;
    core::family kind_ = core::family::local;
    std::string unlink_path_;
    file_identity identity_;
};

/// Opens the socket of one server section. `say` gets the line about a stale socket (no newline),
/// which belongs on stderr.
result<listening_socket, listen_error> open_listening_socket(
    const core::server_config& config, const std::function<void(std::string_view)>& say);

}  // namespace ringmaster::io

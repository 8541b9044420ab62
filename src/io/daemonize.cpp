#include "io/daemonize.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "io/posix.hpp"

namespace ringmaster::io {

result<fork_side> fork_daemon() {
    const pid_t pid = ::fork();
    if (pid < 0) return last_errno();
    return pid == 0 ? fork_side::daemon : fork_side::parent;
}

void detach() {
    if (const auto null = open_file("/dev/null", O_RDWR)) {
        for (int standard = 0; standard <= 2; ++standard) ::dup2(null->get(), standard);
    }
    ::setsid();
}

error_code write_pidfile(const std::string& path) {
    const auto file = open_file(path, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file) return file.error();
    return write_all(file->get(), std::to_string(::getpid()) + "\n");
}

}  // namespace ringmaster::io

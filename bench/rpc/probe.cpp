// Both ends of the API benchmark, with as little work as HTTP allows.
//
//   bench_rpc_probe serve SOCKET REPLY             answers every request with the bytes of a file
//   bench_rpc_probe ask SOCKET REQUEST COUNT CLIENTS
//                                                  so many clients at the same time: each sends a
//                                                  file COUNT times on one connection, one after
//                                                  the other; prints the nanoseconds of each
//
// The server is the floor: one thread, epoll, no parser. It looks for the end of the header and the
// Content-Length, nothing else. What a daemon takes more than this is the price of its answer. Ends
// at SIGTERM; says on stderr what failed, and then exits with 1.

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

[[noreturn]] void fail(const char* what) {
    std::fprintf(stderr, "bench_rpc_probe: %s: %s\n", what, std::strerror(errno));
    std::exit(1);
}

std::string content_of(const char* path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) fail(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// How long the message at the front is, header and body; none if it is not complete.
std::optional<std::size_t> message_length(std::string_view bytes) {
    constexpr std::string_view mark = "Content-Length: ";
    const auto end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    const auto at = bytes.substr(0, end).find(mark);
    if (at == std::string_view::npos) fail("a message without Content-Length");
    const auto body = std::strtoul(bytes.data() + at + mark.size(), nullptr, 10);
    const auto length = end + 4 + body;
    if (bytes.size() < length) return std::nullopt;
    return length;
}

void send_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) fail("send");
        if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

sockaddr_un address_of(const char* path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (std::strlen(path) >= sizeof address.sun_path) fail("the socket's path is too long");
    std::strcpy(address.sun_path, path);
    return address;
}

int new_socket() {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) fail("socket");
    return fd;
}

/// False at the end of the connection.
bool receive(int fd, std::string& into) {
    char part[65536];
    const auto got = ::recv(fd, part, sizeof part, 0);
    if (got < 0 && errno == EINTR) return true;
    if (got <= 0) return false;
    into.append(part, static_cast<std::size_t>(got));
    return true;
}

// -- the floor ------------------------------------------------------------------------------------

class server {
public:
    server(const char* path, std::string reply) : reply_(std::move(reply)) {
        const auto address = address_of(path);
        if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            fail("bind");
        if (::listen(listener_, 1024) != 0) fail("listen");
        if (epoll_ < 0) fail("epoll_create1");
        watch(listener_);
    }

    [[noreturn]] void run() {
        for (;;) {
            epoll_event events[64];
            const int count = ::epoll_wait(epoll_, events, 64, -1);
            for (int i = 0; i < count; ++i) {
                const int fd = events[i].data.fd;
                if (fd == listener_)
                    take_connection();
                else
                    serve(fd);
            }
        }
    }

private:
    void watch(int fd) const {
        epoll_event wanted{};
        wanted.events = EPOLLIN;
        wanted.data.fd = fd;
        if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &wanted) != 0) fail("epoll_ctl");
    }
    void take_connection() const {
        const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd >= 0) watch(fd);
    }
    void serve(int fd) {
        std::string& input = inputs_[fd];
        if (!receive(fd, input)) {
            inputs_.erase(fd);
            ::close(fd);
            return;
        }
        while (const auto length = message_length(input)) {
            input.erase(0, *length);
            send_all(fd, reply_);
        }
    }

    std::string reply_;
    int listener_ = new_socket();
    int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    std::map<int, std::string> inputs_;
};

// -- the client -----------------------------------------------------------------------------------

/// The nanoseconds that each of `count` answers took.
std::vector<long long> ask(const char* path, const std::string& request, int count) {
    using clock = std::chrono::steady_clock;
    const int fd = new_socket();
    const auto address = address_of(path);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        fail("connect");
    std::vector<long long> times;
    std::string answer;
    for (int i = 0; i < count; ++i) {
        answer.clear();
        const auto began = clock::now();
        send_all(fd, request);
        while (!message_length(answer)) {
            if (!receive(fd, answer)) fail("the answer");
        }
        times.push_back(std::chrono::nanoseconds(clock::now() - began).count());
        if (!answer.starts_with("HTTP/1.1 200")) fail("the status");
    }
    ::close(fd);
    return times;
}

void ask_all(const char* path, const std::string& request, int count, unsigned clients) {
    std::vector<std::vector<long long>> times(clients);
    {
        std::vector<std::jthread> threads;
        for (auto& mine : times) threads.emplace_back([&] { mine = ask(path, request, count); });
    }
    for (const auto& mine : times)
        for (const auto took : mine) std::printf("%lld\n", took);
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view mode = argc > 1 ? argv[1] : "";
    if (mode == "serve" && argc == 4) server(argv[2], content_of(argv[3])).run();
    if (mode == "ask" && argc == 6) {
        ask_all(argv[2], content_of(argv[3]), std::atoi(argv[4]),
                static_cast<unsigned>(std::atoi(argv[5])));
        return 0;
    }
    std::fprintf(stderr,
                 "usage: bench_rpc_probe serve SOCKET REPLY | ask SOCKET REQUEST COUNT CLIENTS\n");
    return 2;
}

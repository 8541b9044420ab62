// A server on real sockets, its loop on a thread of its own, and a raw client for tests.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <future>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "fake_dashboard.hpp"
#include "http/server.hpp"
#include "io/task_group.hpp"

namespace ringmaster::http {

/// A blocking connection whose reads give up after half a minute.
class raw_client {
public:
    static raw_client tcp(std::uint16_t port) {
        raw_client out{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        out.connect(reinterpret_cast<sockaddr*>(&address), sizeof address);
        return out;
    }
    static raw_client local(const std::string& path) {
        raw_client out{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
        out.connect(reinterpret_cast<sockaddr*>(&address), sizeof address);
        return out;
    }

    raw_client& send(std::string_view text) {
        while (!text.empty()) {
            const ssize_t count = ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
            if (count <= 0) break;  // the test sees it in what it reads
            text.remove_prefix(static_cast<std::size_t>(count));
        }
        return *this;
    }
    void finish_sending() { ::shutdown(fd_.get(), SHUT_WR); }
    void close() { fd_.reset(); }

    /// Everything up to the end of the connection.
    std::string read_all() {
        while (receive()) {
        }
        return std::exchange(seen_, {});
    }
    /// Up to and including `mark`; fails the test if the connection ends before.
    std::string read_until(std::string_view mark) {
        std::size_t at = seen_.find(mark);
        while (at == std::string::npos && receive()) at = seen_.find(mark);
        EXPECT_NE(at, std::string::npos) << "no \"" << mark << "\" in \"" << seen_ << "\"";
        if (at == std::string::npos) return std::exchange(seen_, {});
        return take(at + mark.size());
    }
    /// Head and body of one response with a Content-Length.
    std::string read_response() {
        std::string head = read_until("\r\n\r\n");
        const std::size_t at = head.find("Content-Length: ");
        const std::size_t length = at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
        while (seen_.size() < length && receive()) {
        }
        EXPECT_GE(seen_.size(), length);
        return head + take(std::min(length, seen_.size()));
    }

private:
    explicit raw_client(int fd) : fd_(fd) {
        const timeval limit{30, 0};
        ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    }
    void connect(const sockaddr* address, socklen_t size) {
        EXPECT_EQ(::connect(fd_.get(), address, size), 0) << std::strerror(errno);
    }
    bool receive() {
        char part[4096];
        const ssize_t count = ::recv(fd_.get(), part, sizeof part, 0);
        EXPECT_FALSE(count < 0 && errno == EAGAIN) << "the server is silent; got: " << seen_;
        if (count <= 0) return false;
        seen_.append(part, static_cast<std::size_t>(count));
        return true;
    }
    std::string take(std::size_t count) {
        std::string out = seen_.substr(0, count);
        seen_.erase(0, count);
        return out;
    }

    io::unique_fd fd_;
    std::string seen_;
};

class running_server {
public:
    running_server(application& app, server_options options)
        : server_(loop_.get_executor(), options, log),
          control_(loop_.get_executor(), on_failure()) {
        std::string name = (std::filesystem::temp_directory_path() / "http.XXXXXX").string();
        directory_ = ::mkdtemp(name.data());
        core::server_config local;
        local.path = (directory_ / "sock").string();
        local.mode = 0700;
        core::server_config inet;
        inet.kind = core::family::inet;
        inet.host = "127.0.0.1";
        path_ = local.path;
        auto first = io::open_listening_socket(local, [](std::string_view) {});
        auto second = io::open_listening_socket(inet, [](std::string_view) {});
        port_ = second->port();
        server_.serve(std::move(*first), "unix_http_server", app);
        server_.serve(std::move(*second), "inet_http_server", app);
        thread_ = std::thread([this] { loop_.run(); });
    }
    ~running_server() {
        stop();
        std::filesystem::remove_all(directory_);
    }

    raw_client connect() const { return raw_client::local(path_); }
    raw_client connect_tcp() const { return raw_client::tcp(port_); }
    const std::string& path() const { return path_; }

    /// Runs `what` on the loop's thread and waits for its result.
    template <class F>
    auto on_loop(F what) {
        std::packaged_task<decltype(what())()> job{std::move(what)};
        auto out = job.get_future();
        boost::asio::post(loop_, [&job] { job(); });
        return out.get();
    }
    std::size_t sessions() {
        return on_loop([this] { return server_.session_count(); });
    }
    /// Waits until `count` sessions are left.
    void wait_for_sessions(std::size_t count) {
        const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{30};
        while (sessions() != count && std::chrono::steady_clock::now() < limit)
            std::this_thread::yield();
        EXPECT_EQ(sessions(), count);
    }
    /// Asks the server to stop and returns at once.
    void begin_stop() {
        if (std::exchange(stopping_, true)) return;
        on_loop([this] { return control_.spawn("stop", server_.stop()); });
        work_.reset();
    }
    void stop() {
        begin_stop();
        if (thread_.joinable()) thread_.join();
    }

    remembering_log log;

private:
    static io::task_group::error_sink on_failure() {
        return [](const std::string& name, std::exception_ptr) { ADD_FAILURE() << name; };
    }

    boost::asio::io_context loop_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
        loop_.get_executor()};
    std::filesystem::path directory_;
    std::string path_;
    std::uint16_t port_ = 0;
    server server_;
    io::task_group control_;
    std::thread thread_;
    bool stopping_ = false;
};

}  // namespace ringmaster::http

// The HTTP server: accepts on the listening sockets it is given and runs one session per
// connection.
//
// Owned by the composition root. The number of sessions per listener is bounded; over the bound a
// client gets a short 503. Knows no route: each listener serves the application given with it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstddef>
#include <list>
#include <string>
#include <unordered_set>

#include "core/log.hpp"
#include "http/message.hpp"
#include "http/session.hpp"
#include "io/listener.hpp"
#include "io/listening_socket.hpp"
#include "io/task_group.hpp"

namespace ringmaster::http {

struct server_options {
    session_options session;
    std::size_t max_sessions = 4096;              ///< per listener
    std::chrono::milliseconds stop_grace{5'000};  ///< for answers in progress when stopping
};

class server {
public:
    /// `log` must outlive the server.
    server(asio::any_io_executor executor, server_options options, core::log_sink& log);
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    /// Begins to accept. `name` is the section, for messages; `app` must live until stop() is done.
    void serve(io::listening_socket socket, std::string name, application& app);

    /// Closes the listening sockets (which removes socket files), lets answers in progress end
    /// within the grace time, ends streams, closes idle connections. To be awaited before
    /// destruction if serve() was called.
    task<> stop();

    std::size_t session_count() const { return live_.size(); }

private:
    struct endpoint {
        io::listening_socket socket;
        std::string name;
        application* app = nullptr;
        std::size_t sessions = 0;
        bool full_reported = false;
    };

    void on_accepted(endpoint& at, io::accepted_socket accepted);
    void refuse_for_lack_of_room(endpoint& at, const io::accepted_socket& accepted);
    task<> run_session(endpoint& at, std::shared_ptr<session> one);
    task<> end_after_grace();

    server_options options_;
    core::log_sink& log_;
    std::list<endpoint> endpoints_;  ///< addresses are kept by tasks
    std::unordered_set<session*> live_;
    io::task_group housekeeping_;  ///< accept loops, the grace time
    io::task_group sessions_;
};

}  // namespace ringmaster::http

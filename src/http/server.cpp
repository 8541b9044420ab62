#include "http/server.hpp"

#include <sys/socket.h>

#include <boost/asio/this_coro.hpp>
#include <ctime>
#include <exception>
#include <utility>

#include "http/response_head.hpp"
#include "io/timer.hpp"

namespace ringmaster::http {
namespace {

using core::log_level;

io::task_group::error_sink log_failures(core::log_sink& log) {
    return [&log](const std::string& name, std::exception_ptr failure) {
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception& error) {
            log.write(log_level::error, name + " failed: " + error.what());
        } catch (...) {
            log.write(log_level::error, name + " failed");
        }
    };
}

}  // namespace

server::server(asio::any_io_executor executor, server_options options, core::log_sink& log)
    : options_(options),
      log_(log),
      housekeeping_(executor, log_failures(log)),
      sessions_(executor, log_failures(log)) {}

void server::serve(io::listening_socket socket, std::string name, application& app) {
    endpoint& added = endpoints_.emplace_back();
    added.socket = std::move(socket);
    added.name = std::move(name);
    added.app = &app;
    io::accept_events events;
    events.accepted = [this, &added](io::accepted_socket accepted) {
        on_accepted(added, std::move(accepted));
    };
    events.trouble = [this, &added](error_code failed) {
        log_.write(log_level::warn, "server '" + added.name + "' cannot accept connections (" +
                                        failed.message() + "); trying again");
    };
    housekeeping_.spawn("server '" + added.name + "'",
                        io::accept_connections(added.socket, std::move(events)));
}

void server::on_accepted(endpoint& at, io::accepted_socket accepted) {
    if (at.sessions >= options_.max_sessions) return refuse_for_lack_of_room(at, accepted);
    at.full_reported = false;
    const int domain = accepted.kind == core::family::local ? AF_UNIX : AF_INET;
    error_code failed;
    session::socket connection{sessions_.executor()};
    const asio::generic::stream_protocol protocol{domain, 0};
    connection.assign(protocol, accepted.socket.get(), failed);
    if (failed) return;  // the descriptor closes with `accepted`
    (void)accepted.socket.release();
    auto made = std::make_shared<session>(std::move(connection), std::move(accepted.peer), *at.app,
                                          options_.session, log_);
    ++at.sessions;
    live_.insert(made.get());
    const auto id =
        sessions_.spawn("connection of server '" + at.name + "'", run_session(at, made));
    made->set_cancel([this, id] { sessions_.request_stop(id); });
}

/// A session would cost what is lacking, so the answer is whatever the socket takes at once.
void server::refuse_for_lack_of_room(endpoint& at, const io::accepted_socket& accepted) {
    if (!std::exchange(at.full_reported, true))
        log_.write(log_level::warn, "server '" + at.name + "' has " + std::to_string(at.sessions) +
                                        " connections, refusing more");
    response out = error_response(503);
    out.close = true;
    head_context context;
    context.now = std::time(nullptr);
    const std::string text = response_head(out, context) + out.body;
    const int fd = accepted.socket.get();
    (void)::send(fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)::shutdown(fd, SHUT_WR);
    // Closing with unread input would take the answer back.
    char thrown_away[4096];
    (void)::recv(fd, thrown_away, sizeof thrown_away, MSG_DONTWAIT);
}

task<> server::run_session(endpoint& at, std::shared_ptr<session> one) {
    struct leaver {
        server& self;
        endpoint& from;
        session* who;
        ~leaver() {
            self.live_.erase(who);
            --from.sessions;
        }
    } on_every_way_out{*this, at, one.get()};
    co_await one->run();
}

task<> server::stop() {
    housekeeping_.request_stop();
    co_await housekeeping_.join();
    for (endpoint& each : endpoints_) each.socket.close();
    const std::unordered_set<session*> now = live_;
    for (session* each : now)
        if (live_.contains(each)) each->begin_stop();
    housekeeping_.spawn("end of connections", end_after_grace());
    co_await sessions_.join();
    housekeeping_.request_stop();
    co_await housekeeping_.join();
    endpoints_.clear();
}

task<> server::end_after_grace() {
    const auto grace = options_.stop_grace;
    if (co_await io::sleep_for(grace)) sessions_.request_stop();
}

}  // namespace ringmaster::http

#include "http/session.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <utility>

namespace ringmaster::http {
namespace {

using core::log_level;
using io::tuple;

/// What is read and thrown away after refusing a request, so that its sender gets to read why:
/// closing with unread input would reset the connection.
constexpr std::size_t linger_bytes = 1024 * 1024;

}  // namespace

session::session(socket connection, std::string peer, application& app,
                 const session_options& options, core::log_sink& log)
    : socket_(std::move(connection)),
      peer_(std::move(peer)),
      app_(app),
      options_(options),
      log_(log),
      deadline_(socket_.get_executor(), [this] { on_deadline(); }),
      reader_(options.limits) {}

task<> session::run() {
    struct closer {
        session& self;
        ~closer() { self.close(); }
    } on_every_way_out{*this};
    while (co_await read_request()) {
        if (!co_await answer_request()) break;
        // Pipelined requests must not keep the loop from everybody else.
        if (!input_.empty()) co_await asio::post(socket_.get_executor(), asio::deferred);
    }
    if (linger_) co_await linger();
}

void session::begin_stop() {
    stopping_ = true;
    error_code ignored;  // ends the pending read; a closed socket has none
    if (stage_ == stage::idle) socket_.cancel(ignored);
    if (stage_ == stage::reading) expect_more(options_.last_request_deadline);
    if (stage_ == stage::streaming && cancel_) cancel_();
}

void session::close() {
    end_watch();
    cancel_ = nullptr;
    deadline_.clear();
    // Closing with unread input, such as an empty line too many, would take our last bytes back.
    const auto room = input_.prepare();
    (void)::recv(socket_.native_handle(), room.data, room.size, MSG_DONTWAIT);
    error_code ignored;  // the connection is over either way
    socket_.close(ignored);
}

// --- reading -------------------------------------------------------------------------------------

task<bool> session::read_request() {
    stage_ = stage::idle;
    input_.shrink();
    deadline_.set(options_.idle_deadline);
    for (;;) {
        std::size_t used = 0;
        const auto progress = reader_.advance(input_.bytes(), used);
        input_.consume(used);
        if (progress == request_reader::progress::complete) co_return true;
        if (progress == request_reader::progress::head) {
            if (on_head()) continue;
            response refusal = std::move(*refusal_);
            linger_ = true;
            co_await send_response(std::move(refusal), false);
            co_return false;
        }
        if (progress == request_reader::progress::failed) {
            http10_ = head_only_ = false;
            request_line_.clear();
            linger_ = true;
            co_await send_response(error_response(reader_.status()), false);
            co_return false;
        }
        if (stopping_ && reader_.idle()) co_return false;
        if (stage_ == stage::idle && !reader_.idle()) {
            stage_ = stage::reading;
            expect_more(options_.header_deadline);
        }
        const auto room = input_.prepare();
        auto [ec, count] =
            co_await socket_.async_read_some(asio::buffer(room.data, room.size), tuple);
        input_.commit(count);
        if (ec) {
            on_read_failure();
            co_return false;
        }
    }
}

/// Of a request that has begun. A slow one must not hold up the end of the server.
void session::expect_more(std::chrono::milliseconds limit) {
    deadline_.set(stopping_ ? std::min(limit, options_.last_request_deadline) : limit);
}

/// False: send refusal_ and close, because the body will not be read.
bool session::on_head() {
    const request& head = reader_.current();
    remember(head);
    refusal_ = app_.refuse(head);
    if (!head.announces_body()) return true;
    if (refusal_) return false;
    stage_ = stage::reading;
    expect_more(options_.body_deadline);
    if (reader_.expects_continue() && input_.empty()) {
        std::string_view interim = "HTTP/1.1 100 Continue\r\n\r\n";
        std::string_view none;
        (void)try_send(interim, none);  // a client that does not get it sends the body anyway
    }
    return true;
}

/// The peer has closed, the connection has failed, a deadline has passed, or the server stops.
void session::on_read_failure() {
    if (reader_.idle()) return;
    const int unfinished = stopping_ ? 503 : 408;
    send_farewell(deadline_.expired() ? unfinished : 400);
}

// --- answering -----------------------------------------------------------------------------------

task<bool> session::answer_request() {
    request in = reader_.take();
    const bool keep_alive = in.keep_alive;
    deadline_.clear();
    answer out;
    if (refusal_) {
        out = std::move(*refusal_);
        refusal_.reset();
    } else {
        stage_ = stage::answering;
        begin_watch();
        out = co_await ask_application(std::move(in));
    }
    if (auto* stream = std::get_if<stream_response>(&out)) {
        co_await send_stream(std::move(*stream));
        co_return false;
    }
    end_watch();
    stage_ = stage::writing;
    co_return co_await send_response(std::move(std::get<response>(out)), keep_alive);
}

task<answer> session::ask_application(request in) {
    std::string problem;
    try {
        co_return co_await app_.handle(std::move(in));
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted) throw;
        problem = error.what();
    } catch (const std::exception& error) {
        problem = error.what();
    }
    log_.write(log_level::error, "Web interface error: " + problem);
    answer out = error_response(500);
    co_return out;
}

task<> session::linger() {
    stage_ = stage::closing;
    error_code failed;
    socket_.shutdown(socket::shutdown_send, failed);
    if (failed) co_return;
    deadline_.set(options_.linger_deadline);
    for (std::size_t thrown_away = 0; thrown_away < linger_bytes;) {
        input_.consume(input_.bytes().size());
        const auto room = input_.prepare();
        auto [ec, count] =
            co_await socket_.async_read_some(asio::buffer(room.data, room.size), tuple);
        if (ec) co_return;
        thrown_away += count;
    }
}

// --- watching for the peer to go away ------------------------------------------------------------

/// Most answers are there before this watch begins, and then it costs no system call.
void session::begin_watch() {
    asio::post(socket_.get_executor(),
               [self = shared_from_this(), turn = turn_] { self->watch(turn); });
}

void session::watch(std::uint64_t turn) {
    if (turn != turn_) return;
    watching_ = true;
    socket_.async_wait(socket::wait_read, [self = shared_from_this(), turn](error_code ec) {
        if (!ec) self->on_readable(turn);
    });
}

void session::on_readable(std::uint64_t turn) {
    if (turn != turn_) return;
    watching_ = false;
    if (stage_ == stage::streaming) input_.consume(input_.bytes().size());
    const auto room = input_.prepare();
    if (room.size == 0) return;  // full of pipelined requests: look no further
    const ssize_t count = ::recv(socket_.native_handle(), room.data, room.size, MSG_DONTWAIT);
    if (count == 0) return on_end_of_input();
    if (count < 0 && errno != EAGAIN && errno != EINTR) {
        if (cancel_) cancel_();
        return;
    }
    if (count > 0) input_.commit(static_cast<std::size_t>(count));
    watch(turn);
}

/// The peer sends no more. It may still read: some clients close their sending side after the
/// request. A unix socket tells the two apart; for TCP only time can.
void session::on_end_of_input() {
    input_ended_ = true;
    pollfd state{socket_.native_handle(), 0, 0};
    const bool gone = ::poll(&state, 1, 0) == 1 && (state.revents & (POLLHUP | POLLERR)) != 0;
    if (stage_ == stage::answering && !gone)
        deadline_.set(options_.half_closed_deadline);
    else if (cancel_)
        cancel_();
}

void session::on_deadline() {
    if (stage_ == stage::answering || stage_ == stage::streaming) {
        if (cancel_) cancel_();
        return;
    }
    error_code ignored;  // a closed socket has nothing to cancel
    socket_.cancel(ignored);
}

void session::end_watch() {
    ++turn_;
    if (!std::exchange(watching_, false)) return;
    error_code ignored;  // a closed socket has nothing to cancel
    socket_.cancel(ignored);
}

}  // namespace ringmaster::http

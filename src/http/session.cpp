#include "http/session.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <ctime>
#include <utility>

#include "http/html.hpp"
#include "http/http_date.hpp"
#include "http/response_head.hpp"

namespace ringmaster::http {
namespace {

using core::log_level;
using io::tuple;

/// What is read and thrown away after refusing a request, so that its sender gets to read why:
/// closing with unread input would reset the connection.
constexpr std::size_t linger_bytes = 1024 * 1024;
constexpr std::size_t logged_line_bytes = 512;

void advance(std::string_view& text, std::size_t& count) {
    const std::size_t part = std::min(count, text.size());
    text.remove_prefix(part);
    count -= part;
}

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
            deadline_.set(options_.header_deadline);
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

/// False: send refusal_ and close, because the body will not be read.
bool session::on_head() {
    const request& head = reader_.current();
    remember(head);
    refusal_ = app_.refuse(head);
    if (!head.announces_body()) return true;
    if (refusal_) return false;
    stage_ = stage::reading;
    deadline_.set(options_.body_deadline);
    if (reader_.expects_continue() && input_.empty()) {
        std::string_view interim = "HTTP/1.1 100 Continue\r\n\r\n";
        std::string_view none;
        (void)try_send(interim, none);  // a client that does not get it sends the body anyway
    }
    return true;
}

/// The peer has closed, the connection has failed, a deadline has passed, or the server stops.
void session::on_read_failure() {
    if (reader_.idle() || stopping_) return;
    send_farewell(deadline_.expired() ? 408 : 400);
}

/// For a request that never became complete; as much as fits into the socket right now.
void session::send_farewell(int status) {
    const response out = error_response(status);
    head_context context;
    context.now = std::time(nullptr);
    const std::string head = response_head(out, context);
    std::string_view first = head;
    std::string_view second = out.body;
    (void)try_send(first, second);
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

task<bool> session::send_response(response out, bool keep_alive) {
    head_context context;
    context.http10 = http10_;
    context.keep_alive = keep_alive && !out.close && !stopping_;
    context.now = std::time(nullptr);
    const std::string head = response_head(out, context);
    const bool has_body = !head_only_ && out.status != 304;
    const bool sent =
        co_await send_all(head, has_body ? out.body : std::string_view{}, options_.write_deadline);
    write_access_log(out.status);
    co_return sent&& context.keep_alive;
}

task<> session::send_stream(stream_response out) {
    const bool chunked = !http10_;
    stage_ = stage::streaming;
    const bool alive = co_await send_stream_head(out.head, chunked);
    if (alive && !stopping_ && !input_ended_) {
        const piece_sink send = [this, chunked](std::string_view piece) {
            return send_piece(piece, chunked);
        };
        try {
            co_await out.produce(send);
        } catch (const boost::system::system_error& error) {
            // Cancelled, because the peer has gone or the server stops. Nothing can be awaited
            // any more, but what the socket takes at once still goes out.
            if (error.code() != asio::error::operation_aborted) throw;
        }
    }
    stage_ = stage::closing;
    end_watch();
    if (chunked && !mid_piece_) {
        std::string_view last = "0\r\n\r\n";
        std::string_view none;
        (void)try_send(last, none);  // the peer may have gone
    }
    write_access_log(out.head.status);
}

task<bool> session::send_stream_head(const response& head, bool chunked) {
    head_context context;
    context.http10 = http10_;
    context.framing = chunked ? body_framing::chunked : body_framing::close;
    context.now = std::time(nullptr);
    const std::string text = response_head(head, context);
    co_return co_await send_all(text, {}, options_.write_deadline);
}

task<bool> session::send_piece(std::string_view piece, bool chunked) {
    if (piece.empty()) co_return !stopping_;
    if (stopping_) co_return false;
    mid_piece_ = true;
    bool sent = false;
    if (chunked) {
        char size[32];
        const int digits = std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
        std::string framed;
        framed.reserve(piece.size() + 32);
        framed.append(size, static_cast<std::size_t>(digits)).append(piece).append("\r\n");
        sent = co_await send_all(framed, {}, options_.idle_deadline);
    } else {
        sent = co_await send_all(piece, {}, options_.idle_deadline);
    }
    if (sent) mid_piece_ = false;
    co_return sent;
}

task<bool> session::send_all(std::string_view first, std::string_view second,
                             std::chrono::milliseconds stall_deadline) {
    for (;;) {
        const send_state state = try_send(first, second);
        if (state != send_state::blocked) {
            deadline_.clear();
            co_return state == send_state::done;
        }
        deadline_.set(stall_deadline);
        auto [ec] = co_await socket_.async_wait(socket::wait_write, tuple);
        if (ec) co_return false;
    }
}

/// Sends what the socket takes now and removes it from the front of `first` and `second`.
session::send_state session::try_send(std::string_view& first, std::string_view& second) {
    while (!first.empty() || !second.empty()) {
        iovec parts[2] = {{const_cast<char*>(first.data()), first.size()},
                          {const_cast<char*>(second.data()), second.size()}};
        msghdr message{};
        message.msg_iov = parts;
        message.msg_iovlen = 2;
        const ssize_t count =
            ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno == EAGAIN ? send_state::blocked : send_state::failed;
        sent_ += static_cast<std::uint64_t>(count);
        auto left = static_cast<std::size_t>(count);
        advance(first, left);
        advance(second, left);
    }
    return send_state::done;
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

// --- access log ----------------------------------------------------------------------------------

void session::remember(const request& in) {
    http10_ = in.http10;
    head_only_ = in.method == "HEAD";
    sent_ = 0;
    request_line_.clear();
    if (!log_.enabled(log_level::trace)) return;
    request_line_ = in.method + " " + in.target + (in.http10 ? " HTTP/1.0" : " HTTP/1.1");
}

void session::write_access_log(int status) {
    if (!log_.enabled(log_level::trace)) return;
    log_.write(log_level::trace, peer_ + " - - [" + access_log_time(std::time(nullptr)) + "] \"" +
                                     printable(request_line_, logged_line_bytes) + "\" " +
                                     std::to_string(status) + " " + std::to_string(sent_));
}

}  // namespace ringmaster::http

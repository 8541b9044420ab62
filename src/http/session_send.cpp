// The sending half of a session, and its line in the access log.

#include "http/session.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <utility>

#include "http/html.hpp"
#include "http/http_date.hpp"
#include "http/response_head.hpp"

namespace ringmaster::http {
namespace {

using core::log_level;
using io::tuple;

constexpr std::size_t logged_line_bytes = 512;

void advance(std::string_view& text, std::size_t& count) {
    const std::size_t part = std::min(count, text.size());
    text.remove_prefix(part);
    count -= part;
}

}  // namespace

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

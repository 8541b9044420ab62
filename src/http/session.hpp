// One connection: reads requests, has them answered, writes the answers, in order.
//
// Made by the server for each accepted socket; alive as long as its task or a callback of it. Every
// step has a deadline. While an answer is being made or streamed the session watches for the peer
// going away, so that nobody works for a client that has left. Knows no route.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/log.hpp"
#include "core/result.hpp"
#include "http/deadline.hpp"
#include "http/message.hpp"
#include "http/read_buffer.hpp"
#include "http/request_reader.hpp"

namespace ringmaster::http {

struct session_options {
    reader_limits limits;
    std::chrono::milliseconds header_deadline{30'000};  ///< first byte to end of header
    std::chrono::milliseconds body_deadline{60'000};    ///< end of header to end of body
    std::chrono::milliseconds write_deadline{60'000};   ///< without any progress
    std::chrono::milliseconds idle_deadline{600'000};   ///< between requests; a stalled stream too
    std::chrono::milliseconds linger_deadline{2'000};   ///< for the peer to close after us
    std::chrono::milliseconds half_closed_deadline{10'000};  ///< answering who sends no more
    std::chrono::milliseconds last_request_deadline{
        500};  ///< to complete one when the server stops
};

class session : public std::enable_shared_from_this<session> {
public:
    using socket = asio::generic::stream_protocol::socket;

    /// `app`, `options` and `log` must outlive run(). `peer` ("host:port") is for the access log.
    session(socket connection, std::string peer, application& app, const session_options& options,
            core::log_sink& log);

    /// Serves until the peer closes, errs or is too slow, or the server stops. Cancellation closes
    /// the connection at once.
    task<> run();

    /// `cancel` cancels the task that runs run(); used when the peer has gone, and for streams
    /// when the server stops. Set right after the task was started.
    void set_cancel(std::function<void()> cancel) { cancel_ = std::move(cancel); }

    /// The server stops: end now if idle, else after the answer in progress; streams end, and who
    /// is in the middle of a request has a moment to complete it.
    void begin_stop();

private:
    enum class stage : std::uint8_t { idle, reading, answering, writing, streaming, closing };

    task<bool> read_request();
    void expect_more(std::chrono::milliseconds limit);
    bool on_head();
    void on_read_failure();
    task<bool> answer_request();
    task<answer> ask_application(request in);
    task<bool> send_response(response out, bool keep_alive);
    task<bool> send_stream_head(const response& head, bool chunked);
    task<> send_stream(stream_response out);
    task<bool> send_piece(std::string_view piece, bool chunked);
    task<bool> send_all(std::string_view first, std::string_view second,
                        std::chrono::milliseconds stall_deadline);
    task<> linger();

    enum class send_state : std::uint8_t { done, blocked, failed };
    send_state try_send(std::string_view& first, std::string_view& second);
    void send_farewell(int status);

    void begin_watch();
    void watch(std::uint64_t turn);
    void on_readable(std::uint64_t turn);
    void on_end_of_input();
    void end_watch();
    void on_deadline();

    void remember(const request& in);
    void write_access_log(int status);
    void close();

    socket socket_;
    std::string peer_;
    application& app_;
    const session_options& options_;
    core::log_sink& log_;
    std::function<void()> cancel_;
    deadline deadline_;

    request_reader reader_;
    read_buffer input_;
    stage stage_ = stage::idle;
    bool stopping_ = false;
    bool linger_ = false;     ///< we close on a peer that is still sending
    bool mid_piece_ = false;  ///< a piece of a stream is partly sent
    bool input_ended_ = false;

    std::uint64_t turn_ = 0;  ///< changes when a watch ends, so that a late callback notices
    bool watching_ = false;

    std::optional<response> refusal_;
    bool http10_ = false;
    bool head_only_ = false;
    std::string request_line_;  ///< only if the access log is on
    std::uint64_t sent_ = 0;    ///< bytes of the current response
};

}  // namespace ringmaster::http

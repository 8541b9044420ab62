#include "http/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <stdexcept>
#include <vector>

#include "running_server.hpp"

namespace ringmaster::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// Echoes bodies; /wait answers only when told to, /stream sends pieces, /big is big.
class test_app final : public application {
public:
    std::optional<response> refuse(const request& head) override {
        if (head.path == "/denied") return closing(401);
        if (head.path == "/length" && !head.announces_body()) return error_response(411);
        return std::nullopt;
    }

    task<answer> handle(request in) override {
        answer out;
        if (in.path == "/wait") co_await wait();
        if (in.path == "/throw") throw std::runtime_error("something broke");
        if (in.path == "/stream") {
            stream_response stream;
            stream.head.content_type = "text/plain";
            stream.produce = [this](piece_sink send) { return produce(std::move(send)); };
            out = std::move(stream);
        } else {
            response plain;
            plain.content_type = "text/plain";
            plain.body = in.path == "/big" ? std::string(big_bytes, 'b') : in.path + ":" + in.body;
            out = std::move(plain);
        }
        co_return out;
    }

    /// To be called on the loop.
    void release_waiting() {
        if (gate_) gate_->cancel();
    }

    static constexpr std::size_t big_bytes = 20'000'000;
    std::atomic<int> waiting = 0;
    std::atomic<int> given_up = 0;
    std::atomic<int> streams_ended = 0;

private:
    struct counter {
        std::atomic<int>& count;
        ~counter() { ++count; }
    };

    static response closing(int status) {
        response out = error_response(status);
        out.close = true;
        return out;
    }

    task<> wait() {
        io::asio::steady_timer gate{co_await io::asio::this_coro::executor};
        gate.expires_at(io::asio::steady_timer::time_point::max());
        gate_ = &gate;
        ++waiting;
        struct leaver {
            test_app& self;
            bool released = false;
            ~leaver() {
                self.gate_ = nullptr;
                --self.waiting;
                if (!released) ++self.given_up;
            }
        } on_every_way_out{*this};
        auto [ec] = co_await gate.async_wait(io::tuple);
        (void)ec;
        // Throws if this was not the release but a cancellation of the task.
        co_await io::asio::post(io::asio::deferred);
        on_every_way_out.released = true;
    }

    task<> produce(piece_sink send) {
        const counter at_end{streams_ended};
        const std::string first = "one\n";
        const std::string second = "two two\n";
        if (!co_await send(first)) co_return;
        if (!co_await send(second)) co_return;
        io::asio::steady_timer never{co_await io::asio::this_coro::executor};
        never.expires_at(io::asio::steady_timer::time_point::max());
        auto [ec] = co_await never.async_wait(io::tuple);
        (void)ec;
    }

    io::asio::steady_timer* gate_ = nullptr;
};

class Server : public testing::Test {
protected:
    server_options options;
    test_app app;
    std::optional<running_server> started;

    running_server& serve() { return started.emplace(app, options); }
    template <class Condition>
    void wait_until(Condition condition) {
        const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{30};
        while (!condition() && std::chrono::steady_clock::now() < limit) std::this_thread::yield();
        EXPECT_TRUE(condition());
    }
    void TearDown() override { started.reset(); }
};

TEST_F(Server, AnswersOverUnixAndTcpSockets) {
    running_server& server = serve();
    for (const bool tcp : {false, true}) {
        raw_client client = tcp ? server.connect_tcp() : server.connect();
        const std::string text =
            client.send("POST /x HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello").read_response();
        EXPECT_THAT(text, StartsWith("HTTP/1.1 200 OK\r\n"));
        EXPECT_THAT(text, HasSubstr("\r\nContent-Length: 8\r\n"));
        EXPECT_THAT(text, HasSubstr("\r\nContent-Type: text/plain\r\n"));
        EXPECT_THAT(text, HasSubstr("\r\nDate: "));
        EXPECT_THAT(text, Not(HasSubstr("Connection:")));
        EXPECT_THAT(text, EndsWith("\r\n\r\n/x:hello"));
    }
}

TEST_F(Server, KeepsAnHttp11ConnectionForMoreRequests) {
    raw_client client = serve().connect();
    for (int round = 0; round < 100; ++round)
        EXPECT_THAT(client.send("GET /again HTTP/1.1\r\n\r\n").read_response(),
                    EndsWith("/again:"));
}

TEST_F(Server, ClosesWhenTheClientAsksForIt) {
    raw_client client = serve().connect();
    const std::string text = client.send("GET /x HTTP/1.1\r\nConnection: close\r\n\r\n").read_all();
    EXPECT_THAT(text, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(text, EndsWith("/x:"));
    EXPECT_THAT(text, Not(HasSubstr("Connection:")));
}

TEST_F(Server, ClosesAfterAnHttp10Request) {
    raw_client client = serve().connect_tcp();
    EXPECT_THAT(client.send("GET /x HTTP/1.0\r\n\r\n").read_all(),
                testing::AllOf(StartsWith("HTTP/1.0 200 OK\r\n"), EndsWith("/x:")));
}

TEST_F(Server, KeepsAnHttp10ConnectionThatAsksForIt) {
    raw_client client = serve().connect();
    for (int round = 0; round < 2; ++round)
        EXPECT_THAT(
            client.send("GET /x HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").read_response(),
            HasSubstr("\r\nConnection: Keep-Alive\r\n"));
}

TEST_F(Server, AnswersPipelinedRequestsInOrder) {
    raw_client client = serve().connect();
    std::string burst;
    for (int n = 0; n < 500; ++n)
        burst += "POST /" + std::to_string(n) + " HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc";
    std::thread writer([&] { client.send(burst); });
    for (int n = 0; n < 500; ++n)
        EXPECT_THAT(client.read_response(), EndsWith("/" + std::to_string(n) + ":abc"));
    writer.join();
}

TEST_F(Server, PipelinedRequestsWaitForADeferredAnswer) {
    running_server& server = serve();
    raw_client client = server.connect();
    client.send("GET /wait HTTP/1.1\r\n\r\nGET /next HTTP/1.1\r\n\r\n");
    wait_until([&] { return app.waiting == 1; });
    server.on_loop([&] {
        app.release_waiting();
        return 0;
    });
    EXPECT_THAT(client.read_response(), EndsWith("/wait:"));
    EXPECT_THAT(client.read_response(), EndsWith("/next:"));
}

TEST_F(Server, OneWaitingAnswerDelaysNoOtherConnection) {
    running_server& server = serve();
    raw_client patient = server.connect();
    patient.send("GET /wait HTTP/1.1\r\n\r\n");
    wait_until([&] { return app.waiting == 1; });
    EXPECT_THAT(server.connect().send("GET /x HTTP/1.1\r\n\r\n").read_response(), EndsWith("/x:"));
    server.on_loop([&] {
        app.release_waiting();
        return 0;
    });
    EXPECT_THAT(patient.read_response(), EndsWith("/wait:"));
}

TEST_F(Server, GivesAnAnswerUpWhenTheClientHasGone) {
    running_server& server = serve();
    raw_client client = server.connect();
    client.send("GET /wait HTTP/1.1\r\n\r\n");
    wait_until([&] { return app.waiting == 1; });
    client.close();
    wait_until([&] { return app.given_up == 1; });
    server.wait_for_sessions(0);
}

TEST_F(Server, GivesAnAnswerUpWhenAHalfClosedTcpClientStaysSilent) {
    options.session.half_closed_deadline = std::chrono::milliseconds{50};
    running_server& server = serve();
    raw_client client = server.connect_tcp();
    client.send("GET /wait HTTP/1.1\r\n\r\n").finish_sending();
    wait_until([&] { return app.given_up == 1; });
    server.wait_for_sessions(0);
}

TEST_F(Server, AClientThatClosesItsSendingSideStillGetsItsAnswer) {
    running_server& server = serve();
    raw_client client = server.connect();
    client.send("GET /wait HTTP/1.1\r\n\r\n").finish_sending();
    wait_until([&] { return app.waiting == 1; });
    server.on_loop([&] {
        app.release_waiting();
        return 0;
    });
    EXPECT_THAT(client.read_all(), EndsWith("/wait:"));
}

TEST_F(Server, SendsABigAnswerToASlowReaderAtItsPace) {
    running_server& server = serve();
    raw_client slow = server.connect();
    slow.send("GET /big HTTP/1.1\r\nConnection: close\r\n\r\n");
    // While the first answer is stuck, others are served.
    EXPECT_THAT(server.connect().send("GET /x HTTP/1.1\r\n\r\n").read_response(), EndsWith("/x:"));
    const std::string text = slow.read_all();
    EXPECT_EQ(text.size() - text.find("\r\n\r\n") - 4, test_app::big_bytes);
}

TEST_F(Server, CutsAReaderThatStopsReading) {
    options.session.write_deadline = std::chrono::milliseconds{50};
    running_server& server = serve();
    raw_client stuck = server.connect();
    stuck.send("GET /big HTTP/1.1\r\n\r\n");
    server.wait_for_sessions(1);
    server.wait_for_sessions(0);
}

TEST_F(Server, AnswersMalformedAndTruncatedRequestsWith400) {
    running_server& server = serve();
    for (const char* text : {"nonsense\r\n\r\n", "GET / HTTP/1.1\r\nbad header\r\n\r\n",
                             "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"})
        EXPECT_THAT(server.connect().send(text).read_all(), StartsWith("HTTP/1.1 400 Bad Request"))
            << text;
    for (const char* text : {"GET / HT", "POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc"}) {
        raw_client client = server.connect();
        client.send(text).finish_sending();
        EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 400 Bad Request")) << text;
    }
}

TEST_F(Server, RefusesOversizedRequestsBeforeReadingThem) {
    options.session.limits = {1024, 1000};
    running_server& server = serve();
    EXPECT_THAT(server.connect().send("POST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n").read_all(),
                StartsWith("HTTP/1.1 413 "));
    EXPECT_THAT(server.connect_tcp()
                    .send("GET / HTTP/1.1\r\nX: " + std::string(200'000, 'x') + "\r\n\r\n")
                    .read_all(),
                StartsWith("HTTP/1.1 431 "));
    // The answer survives although the client goes on sending what nobody reads.
    EXPECT_THAT(
        server.connect_tcp()
            .send("POST / HTTP/1.1\r\nContent-Length: 500000\r\n\r\n" + std::string(500'000, 'x'))
            .read_all(),
        StartsWith("HTTP/1.1 413 "));
}

TEST_F(Server, AnswersARefusalBeforeTheBodyAndCloses) {
    raw_client client = serve().connect_tcp();
    const std::string text =
        client.send("POST /denied HTTP/1.1\r\nContent-Length: 100000\r\n\r\n").read_all();
    EXPECT_THAT(text, StartsWith("HTTP/1.1 401 Unauthorized\r\n"));
    EXPECT_THAT(text, HasSubstr("\r\nConnection: close\r\n"));
}

TEST_F(Server, AMissingLengthIsRefusedAndTheConnectionGoesOn) {
    raw_client client = serve().connect();
    client.send("POST /length HTTP/1.1\r\n\r\nGET /x HTTP/1.1\r\n\r\n");
    EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 411 Length Required\r\n"));
    EXPECT_THAT(client.read_response(), EndsWith("/x:"));
}

TEST_F(Server, AsksForTheBodyThatAClientHoldsBack) {
    raw_client client = serve().connect();
    client.send("POST /x HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_THAT(client.send("ab").read_response(), EndsWith("/x:ab"));
    client.send("POST /denied HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 401 "));
}

TEST_F(Server, AnswersHeadWithoutABody) {
    raw_client client = serve().connect();
    client.send("HEAD /abc HTTP/1.1\r\n\r\nGET /x HTTP/1.1\r\n\r\n");
    EXPECT_THAT(client.read_until("\r\n\r\n"), HasSubstr("Content-Length: 5"));
    EXPECT_THAT(client.read_response(), EndsWith("/x:"));
}

TEST_F(Server, AnExceptionIsA500AndTheConnectionGoesOn) {
    running_server& server = serve();
    raw_client client = server.connect();
    client.send("GET /throw HTTP/1.1\r\n\r\nGET /x HTTP/1.1\r\n\r\n");
    EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 500 Internal Server Error\r\n"));
    EXPECT_THAT(client.read_response(), EndsWith("/x:"));
    EXPECT_TRUE(server.log.contains("something broke"));
}

TEST_F(Server, CutsAClientThatTakesForeverOverItsHeader) {
    options.session.header_deadline = std::chrono::milliseconds{50};
    running_server& server = serve();
    EXPECT_THAT(server.connect().send("GET / HTTP/1.1\r\nX: ").read_all(),
                StartsWith("HTTP/1.1 408 Request Timeout"));
    server.wait_for_sessions(0);
}

TEST_F(Server, CutsAClientThatTakesForeverOverItsBody) {
    options.session.body_deadline = std::chrono::milliseconds{50};
    EXPECT_THAT(
        serve().connect().send("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc").read_all(),
        StartsWith("HTTP/1.1 408 Request Timeout"));
}

TEST_F(Server, ClosesAnIdleConnectionInSilence) {
    options.session.idle_deadline = std::chrono::milliseconds{50};
    running_server& server = serve();
    EXPECT_EQ(server.connect().read_all(), "");
    raw_client client = server.connect();
    EXPECT_THAT(client.send("GET /x HTTP/1.1\r\n\r\n").read_response(), EndsWith("/x:"));
    EXPECT_EQ(client.read_all(), "");
}

TEST_F(Server, StreamsInChunksToHttp11) {
    running_server& server = serve();
    raw_client client = server.connect();
    // Supervisor's client ends its header with one empty line too many.
    client.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n\r\n");
    const std::string head = client.read_until("\r\n\r\n");
    EXPECT_THAT(head, HasSubstr("\r\nTransfer-Encoding: chunked\r\n"));
    EXPECT_THAT(head, Not(HasSubstr("Content-Length")));
    EXPECT_EQ(client.read_until("two\n\r\n"), "4\r\none\n\r\n8\r\ntwo two\n\r\n");
    client.close();
    wait_until([&] { return app.streams_ended == 1; });
    server.wait_for_sessions(0);
}

TEST_F(Server, StreamsPlainBytesToHttp10) {
    raw_client client = serve().connect_tcp();
    client.send("GET /stream HTTP/1.0\r\n\r\n");
    EXPECT_THAT(client.read_until("\r\n\r\n"), Not(HasSubstr("chunked")));
    EXPECT_EQ(client.read_until("two two\n"), "one\ntwo two\n");
}

TEST_F(Server, EndsAStreamWithTheLastChunkWhenItStops) {
    running_server& server = serve();
    raw_client client = server.connect();
    client.send("GET /stream HTTP/1.1\r\n\r\n").read_until("two two\n\r\n");
    server.begin_stop();
    EXPECT_EQ(client.read_all(), "0\r\n\r\n");
}

TEST_F(Server, StopsGracefully) {
    running_server& server = serve();
    raw_client idle = server.connect();
    EXPECT_THAT(idle.send("GET /x HTTP/1.1\r\n\r\n").read_response(), EndsWith("/x:"));
    raw_client busy = server.connect();
    busy.send("GET /wait HTTP/1.1\r\n\r\n");
    wait_until([&] { return app.waiting == 1; });
    server.begin_stop();
    EXPECT_EQ(idle.read_all(), "");
    EXPECT_FALSE(std::filesystem::exists(server.path()));
    server.on_loop([&] {
        app.release_waiting();
        return 0;
    });
    EXPECT_THAT(busy.read_all(), EndsWith("/wait:"));
    server.stop();
}

TEST_F(Server, StopsWithoutWaitingForRequestsThatNeverBecomeComplete) {
    options.stop_grace = std::chrono::hours{1};
    options.session.last_request_deadline = std::chrono::milliseconds{50};
    running_server& server = serve();
    raw_client header = server.connect();
    header.send("GET /first HTTP/1.1\r\n\r\nGET /second HTTP/1.1\r\nHo");
    EXPECT_THAT(header.read_response(), EndsWith("/first:"));
    raw_client body = server.connect();
    body.send("POST /x HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_THAT(body.read_until("\r\n\r\n"), StartsWith("HTTP/1.1 100 Continue"));
    server.stop();
    EXPECT_THAT(header.read_all(), StartsWith("HTTP/1.1 503 Service Unavailable"));
    EXPECT_THAT(body.read_all(), StartsWith("HTTP/1.1 503 Service Unavailable"));
}

TEST_F(Server, ARequestThatIsComingInWhenItStopsIsAnswered) {
    options.session.last_request_deadline = std::chrono::hours{1};
    running_server& server = serve();
    raw_client client = server.connect();
    client.send("POST /x HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_THAT(client.read_until("\r\n\r\n"), StartsWith("HTTP/1.1 100 Continue"));
    server.begin_stop();
    EXPECT_THAT(client.send("abc").read_all(), EndsWith("/x:abc"));
    server.stop();
}

TEST_F(Server, StopsEvenIfAnAnswerNeverComes) {
    options.stop_grace = std::chrono::milliseconds{50};
    running_server& server = serve();
    raw_client client = server.connect();
    client.send("GET /wait HTTP/1.1\r\n\r\n");
    wait_until([&] { return app.waiting == 1; });
    server.stop();
    EXPECT_EQ(app.given_up, 1);
    EXPECT_EQ(client.read_all(), "");
}

TEST_F(Server, RefusesMoreConnectionsThanItsBoundAndRecovers) {
    options.max_sessions = 50;
    running_server& server = serve();
    std::vector<raw_client> clients;
    for (int n = 0; n < 50; ++n) clients.push_back(server.connect());
    server.wait_for_sessions(50);
    for (int n = 0; n < 500; ++n) {
        const std::string text = server.connect().read_all();
        ASSERT_THAT(text, StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
        ASSERT_THAT(text, HasSubstr("\r\nConnection: close\r\n"));
    }
    // The bound is the listener's own.
    EXPECT_THAT(server.connect_tcp().send("GET /x HTTP/1.1\r\n\r\n").read_response(),
                EndsWith("/x:"));
    clients.clear();
    server.wait_for_sessions(0);
    EXPECT_THAT(server.connect().send("GET /x HTTP/1.1\r\n\r\n").read_response(), EndsWith("/x:"));
}

TEST_F(Server, ServesThousandsOfConnectionsAtOnce) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 8192);
    ::setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < 8192) GTEST_SKIP() << "needs 8192 descriptors";
    running_server& server = serve();
    std::vector<raw_client> clients;
    for (int n = 0; n < 3000; ++n) clients.push_back(server.connect());
    for (raw_client& each : clients) each.send("GET /x HTTP/1.1\r\n\r\n");
    for (raw_client& each : clients) ASSERT_THAT(each.read_response(), EndsWith("/x:"));
    EXPECT_EQ(server.sessions(), 3000u);
}

TEST_F(Server, WritesAnAccessLogLineForEachResponse) {
    running_server& server = serve();
    (void)server.connect().send("GET /a?b=c HTTP/1.1\r\n\r\n").read_response();
    wait_until([&] { return server.log.contains("\"GET /a?b=c HTTP/1.1\" 200 "); });
    (void)server.connect_tcp().send("GET /\x1b HTTP/1.0\r\n\r\n").read_all();
    EXPECT_TRUE(server.log.contains("localhost:0 - - ["));
}

}  // namespace
}  // namespace ringmaster::http

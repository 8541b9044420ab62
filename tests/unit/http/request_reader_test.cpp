#include "http/request_reader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ringmaster::http {
namespace {

using progress = request_reader::progress;

constexpr reader_limits small{512, 64};

/// Feeds `input` until the reader has a request, wants more or fails; `rest` is what it left.
progress feed(request_reader& reader, std::string& input) {
    for (;;) {
        std::size_t used = 0;
        const progress now = reader.advance(input, used);
        input.erase(0, used);
        if (now != progress::head) return now;
    }
}

int failure_of(std::string input, reader_limits limits = {}) {
    request_reader reader{limits};
    return feed(reader, input) == progress::failed ? reader.status() : 0;
}

request read_one(std::string input) {
    request_reader reader{{}};
    EXPECT_EQ(feed(reader, input), progress::complete) << input;
    EXPECT_EQ(input, "");
    return reader.take();
}

TEST(RequestReader, SplitsARequestIntoItsParts) {
    const request in = read_one(
        "POST /log%74ail/grp%3Ap?x=%20y HTTP/1.1\r\nHost: h:9001\r\ncontent-LENGTH: 3\r\n\r\nabc");
    EXPECT_EQ(in.method, "POST");
    EXPECT_EQ(in.target, "/log%74ail/grp%3Ap?x=%20y");
    EXPECT_EQ(in.path, "/logtail/grp:p");
    EXPECT_EQ(in.query, "x=%20y");
    EXPECT_EQ(in.field("host"), "h:9001");
    EXPECT_EQ(in.field("content-length"), "3");
    EXPECT_EQ(in.body, "abc");
    EXPECT_FALSE(in.http10);
    EXPECT_TRUE(in.keep_alive);
}

TEST(RequestReader, ReadsARequestThatArrivesByteByByte) {
    const std::string text = "POST /RPC2 HTTP/1.1\r\nA: b\r\nContent-Length: 5\r\n\r\nhello";
    request_reader reader{{}};
    std::string pending;
    for (std::size_t at = 0; at < text.size(); ++at) {
        pending += text[at];
        const progress now = feed(reader, pending);
        ASSERT_EQ(now, at + 1 == text.size() ? progress::complete : progress::need_more) << at;
    }
    EXPECT_EQ(reader.take().body, "hello");
}

TEST(RequestReader, ReadsAChunkedBodyThatArrivesByteByByte) {
    const std::string text =
        "POST /RPC2 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        "5;name=value\r\nhello\r\nA\r\n, world...\r\n0\r\nX-Late: 1\r\n\r\n";
    request_reader reader{{}};
    std::string pending;
    for (const char each : text) {
        pending += each;
        ASSERT_NE(feed(reader, pending), progress::failed);
    }
    const request in = reader.take();
    EXPECT_EQ(in.body, "hello, world...");
    EXPECT_FALSE(in.has_field("x-late"));
}

TEST(RequestReader, LeavesPipelinedRequestsForLater) {
    request_reader reader{{}};
    std::string input =
        "GET /1 HTTP/1.1\r\n\r\nPOST /2 HTTP/1.1\r\nContent-Length: 1\r\n\r\nxGET /3 "
        "HTTP/1.1\r\n\r\n";
    ASSERT_EQ(feed(reader, input), progress::complete);
    EXPECT_EQ(reader.take().path, "/1");
    ASSERT_EQ(feed(reader, input), progress::complete);
    EXPECT_EQ(reader.take().body, "x");
    ASSERT_EQ(feed(reader, input), progress::complete);
    EXPECT_EQ(reader.take().path, "/3");
    EXPECT_TRUE(reader.idle());
}

TEST(RequestReader, SkipsTheEmptyLinesThatSupervisorctlSendsTooMany) {
    request_reader reader{{}};
    std::string input = "\r\n\r\n";
    EXPECT_EQ(feed(reader, input), progress::need_more);
    EXPECT_EQ(input, "");
    EXPECT_TRUE(reader.idle());
    input = "\r\nGET / HTTP/1.1\r\n\r\n";
    EXPECT_EQ(feed(reader, input), progress::complete);
}

TEST(RequestReader, TellsTheHeadBeforeTheBodyIsThere) {
    request_reader reader{{}};
    const std::string head =
        "POST /RPC2 HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-Continue\r\n\r\n";
    std::size_t used = 0;
    ASSERT_EQ(reader.advance(head, used), progress::head);
    EXPECT_EQ(used, head.size());
    EXPECT_TRUE(reader.expects_continue());
    EXPECT_EQ(reader.current().path, "/RPC2");
    EXPECT_EQ(reader.advance("", used), progress::need_more);
    EXPECT_EQ(reader.advance("12345", used), progress::complete);
}

TEST(RequestReader, KeepAliveFollowsVersionAndConnection) {
    const struct {
        const char* version;
        const char* connection;
        bool keep;
    } cases[] = {
        {"HTTP/1.1", "", true},
        {"HTTP/1.1", "Connection: close\r\n", false},
        {"HTTP/1.1", "Connection: CLOSE\r\n", false},
        {"HTTP/1.0", "", false},
        {"HTTP/1.0", "Connection: keep-alive\r\n", true},
        {"HTTP/1.0", "Connection: Keep-Alive\r\n", true},
    };
    for (const auto& each : cases) {
        const request in =
            read_one(std::string{"GET / "} + each.version + "\r\n" + each.connection + "\r\n");
        EXPECT_EQ(in.keep_alive, each.keep) << each.version << " " << each.connection;
    }
}

TEST(RequestReader, AcceptsWhatTheStandardAllows) {
    EXPECT_EQ(read_one("GET / HTTP/1.1\r\nA:b\r\n\r\n").field("a"), "b");
    EXPECT_EQ(read_one("GET / HTTP/1.1\r\nA:  b \t\r\n\r\n").field("a"), "b");
    EXPECT_EQ(read_one("GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n").field("a"), "b c");
    EXPECT_EQ(read_one("GET / HTTP/1.1\r\nA: \xff\xfe\r\n\r\n").field("a"), "\xff\xfe");
    EXPECT_EQ(read_one("GET /\xc3\xa4 HTTP/1.1\r\n\r\n").path, "/\xc3\xa4");
}

TEST(RequestReader, AnswersMalformedRequestsWith400) {
    const char* const cases[] = {
        "GET /\r\n\r\n",
        "GET  / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1 \r\n\r\n",
        "GET / HTTP/x.y\r\n\r\n",
        "nonsense\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n",
        "GET / HTTP/1.1\r\nA : b\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: abc\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n",
    };
    for (const char* each : cases) EXPECT_EQ(failure_of(each), 400) << each;
}

TEST(RequestReader, RefusesACodingWhoseEndItCannotKnow) {
    EXPECT_EQ(failure_of("POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n"), 501);
    EXPECT_EQ(failure_of("POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"), 501);
}

TEST(RequestReader, BoundsHeaderAndBody) {
    EXPECT_EQ(failure_of("GET / HTTP/1.1\r\nA: " + std::string(600, 'a'), small), 431);
    EXPECT_EQ(failure_of("GET /" + std::string(600, 'a'), small), 431);
    EXPECT_EQ(failure_of("POST / HTTP/1.1\r\nContent-Length: 65\r\n\r\n", small), 413);
    EXPECT_EQ(failure_of("POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", small),
              400);
    EXPECT_EQ(failure_of("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n" +
                             std::string(64, 'x') + "\r\n1\r\n",
                         small),
              413);
}

TEST(RequestReader, BoundsAChunkSizeLineThatNeverEnds) {
    request_reader reader{small};
    std::string input = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;";
    ASSERT_EQ(feed(reader, input), progress::need_more);
    for (int more = 0; more < 100; ++more) {
        input += std::string(1024, 'x');
        if (feed(reader, input) == progress::failed) return;
    }
    FAIL() << "100 KiB of chunk extension were accepted";
}

}  // namespace
}  // namespace ringmaster::http

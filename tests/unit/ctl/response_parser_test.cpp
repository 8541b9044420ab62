#include "ctl/response_parser.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace ringmaster::ctl {
namespace {

constexpr std::string_view counted =
    "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 5\r\n\r\nhello";
constexpr std::string_view chunked =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: x\r\n\r\n";

/// Feeds `bytes` in pieces of `size`; the body.
std::string body_of(response_parser& parser, std::string_view bytes, std::size_t size) {
    std::string body;
    for (std::size_t at = 0; at < bytes.size(); at += size) {
        const auto fed = parser.feed(bytes.substr(at, size), body);
        EXPECT_TRUE(fed) << fed.error().text;
    }
    return body;
}

bool is_malformed(std::string_view bytes) {
    response_parser parser;
    std::string body;
    return !parser.feed(bytes, body);
}

TEST(ResponseParser, ReadsACountedBodyHoweverTheBytesArrive) {
    for (std::size_t size = 1; size <= counted.size(); ++size) {
        response_parser parser;
        EXPECT_EQ(body_of(parser, counted, size), "hello");
        EXPECT_TRUE(parser.is_complete());
        EXPECT_EQ(parser.status(), 200);
        EXPECT_EQ(parser.reason(), "OK");
        EXPECT_TRUE(parser.keeps_connection());
    }
}

TEST(ResponseParser, ReadsAChunkedBodyHoweverTheBytesArrive) {
    for (std::size_t size = 1; size <= chunked.size(); ++size) {
        response_parser parser;
        EXPECT_EQ(body_of(parser, chunked, size), "hello world");
        EXPECT_TRUE(parser.is_complete());
    }
}

TEST(ResponseParser, AGreetingOfAnotherProtocolIsNotWaitedOut) {
    response_parser parser;
    std::string body;
    ASSERT_TRUE(parser.feed("SSH-2.0-Open", body));
    const auto rest = parser.feed("SSH_9.2\r\n", body);
    ASSERT_FALSE(rest);
    EXPECT_EQ(rest.error().text, "SSH-2.0-OpenSSH_9.2");
    EXPECT_TRUE(is_malformed("220 mail.example.org ESMTP\n"));
    EXPECT_FALSE(is_malformed("HTTP/1.1 200 OK\r\nContent-"));
}

TEST(ResponseParser, ABodyWithoutFramingEndsWithTheConnection) {
    response_parser parser;
    EXPECT_EQ(body_of(parser, "HTTP/1.0 200 OK\r\n\r\nabc", 4), "abc");
    EXPECT_FALSE(parser.is_complete());
    EXPECT_TRUE(parser.finish());
    EXPECT_FALSE(parser.keeps_connection());
}

TEST(ResponseParser, AnEarlyEndIsNoticed) {
    response_parser in_body;
    body_of(in_body, counted.substr(0, counted.size() - 1), 100);
    EXPECT_FALSE(in_body.finish());
    response_parser in_chunks;
    body_of(in_chunks, chunked.substr(0, chunked.size() - 4), 100);
    EXPECT_FALSE(in_chunks.finish());
    response_parser in_head;
    body_of(in_head, "HTTP/1.1 200 OK\r\n", 100);
    EXPECT_FALSE(in_head.finish());
}

TEST(ResponseParser, InterimResponsesAreSkipped) {
    response_parser parser;
    const std::string both = "HTTP/1.1 100 Continue\r\n\r\n" + std::string{counted};
    EXPECT_EQ(body_of(parser, both, 7), "hello");
    EXPECT_EQ(parser.status(), 200);
}

TEST(ResponseParser, AFieldMayGoOnInTheNextLine) {
    response_parser parser;
    const std::string folded =
        "HTTP/1.1 200 OK\r\nX: a\r\n\tb: c\r\nContent-Length:\r\n 5\r\n\r\nhello";
    EXPECT_EQ(body_of(parser, folded, 3), "hello");
    EXPECT_TRUE(parser.is_complete());
    EXPECT_TRUE(parser.keeps_connection());
}

TEST(ResponseParser, TheReasonIsLatin1) {
    response_parser parser;
    body_of(parser, "HTTP/1.1 500 caf\xE9\r\nContent-Length: 0\r\n\r\n", 100);
    EXPECT_EQ(parser.reason(), "café");
}

TEST(ResponseParser, TheServerSaysWhetherTheConnectionStays) {
    response_parser closing;
    body_of(closing, "HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n", 100);
    EXPECT_TRUE(closing.is_complete());
    EXPECT_FALSE(closing.keeps_connection());
    response_parser staying;
    body_of(staying, "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n", 100);
    EXPECT_TRUE(staying.keeps_connection());
}

TEST(ResponseParser, WhatIsNoHttpIsRefused) {
    EXPECT_TRUE(is_malformed("SSH-2.0-OpenSSH_9.2\r\n\r\n"));
    EXPECT_TRUE(is_malformed("HTTP/1.1 abc\r\n\r\n"));
    EXPECT_TRUE(is_malformed("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"));
    EXPECT_TRUE(is_malformed("HTTP/1.1 200 OK\r\nno colon\r\n\r\n"));
    EXPECT_TRUE(is_malformed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"));
    EXPECT_TRUE(is_malformed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n"));
}

TEST(ResponseParser, EndlessHeadersAndChunkLinesAreRefused) {
    EXPECT_TRUE(is_malformed("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x')));
    EXPECT_TRUE(is_malformed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
                             std::string(100'000, '0')));
}

}  // namespace
}  // namespace ringmaster::ctl

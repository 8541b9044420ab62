#include "ctl/server_url.hpp"

#include <gtest/gtest.h>

#include "ctl/http_request.hpp"

namespace ringmaster::ctl {
namespace {

server_address address_of(std::string_view url) {
    const auto parsed = parse_server_url(url);
    EXPECT_TRUE(parsed) << url;
    return parsed ? *parsed : server_address{};
}

std::string failure_of(std::string_view url) {
    const auto parsed = parse_server_url(url);
    return parsed ? "" : parsed.error().message;
}

TEST(ServerUrl, LeadsToATcpAddress) {
    EXPECT_EQ(address_of("http://localhost:9001").host, "localhost");
    EXPECT_EQ(address_of("http://localhost:9001").port, "9001");
    EXPECT_EQ(address_of("http://example.org").port, "80");
    EXPECT_EQ(address_of("http://u:p@h:81/path?x#y").host, "h");
    EXPECT_EQ(address_of("http://[::1]:82").host, "::1");
    EXPECT_EQ(address_of("http://[::1]:82").host_header(), "[::1]:82");
}

TEST(ServerUrl, LeadsToAUnixSocket) {
    EXPECT_TRUE(address_of("unix:///run/s.sock").local);
    EXPECT_EQ(address_of("unix:///run/s.sock").path, "/run/s.sock");
    EXPECT_EQ(address_of("unix://relative").path, "relative");
}

TEST(ServerUrl, OtherSchemesAndPortsAreFailures) {
    EXPECT_EQ(failure_of("localhost:9001"), "Unknown protocol for serverurl localhost:9001");
    EXPECT_EQ(failure_of("https://h"), "Unknown protocol for serverurl https://h");
    EXPECT_EQ(failure_of("http://h:99999"), "Port out of range 0-65535");
    EXPECT_EQ(failure_of("http://h:abc"), "Port could not be cast to integer value as 'abc'");
}

TEST(HttpRequest, CredentialsNeedANameAndAPasswordForCallsAndAPasswordForStreams) {
    using std::nullopt;
    const auto to = address_of("http://h:1");
    // "Aladdin:open sesame" is the example of RFC 7617.
    const std::string_view field = "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n";
    const server_access known{"http://h:1", "Aladdin", "open sesame"};
    EXPECT_NE(rpc_request(known, to, "x").find(field), std::string::npos);
    EXPECT_NE(stream_request(known, to, "/mainlogtail").find(field), std::string::npos);
    const server_access nameless{"http://h:1", nullopt, "p"};
    EXPECT_EQ(rpc_request(nameless, to, "x").find("Authorization"), std::string::npos);
    EXPECT_NE(stream_request(nameless, to, "/mainlogtail").find("Basic OnA=\r\n"),
              std::string::npos);
    const server_access without_password{"http://h:1", "u", nullopt};
    EXPECT_EQ(rpc_request(without_password, to, "x").find("Authorization"), std::string::npos);
    EXPECT_EQ(stream_request(without_password, to, "/x").find("Authorization"), std::string::npos);
    const server_access empty_password{"http://h:1", "u", ""};
    EXPECT_NE(rpc_request(empty_password, to, "x").find("Basic dTo=\r\n"), std::string::npos);
    EXPECT_NE(stream_request(empty_password, to, "/x").find("Basic dTo=\r\n"), std::string::npos);
}

TEST(HttpRequest, NothingInANameCanBreakTheRequestLine) {
    const auto to = address_of("unix:///s");
    const auto request = stream_request({}, to, "/logtail/a?b\r\n%:\xC3\xA4/stdout");
    EXPECT_TRUE(request.starts_with("GET /logtail/a%3Fb%0D%0A%25:%C3%A4/stdout HTTP/1.1\r\n"));
}

}  // namespace
}  // namespace ringmaster::ctl

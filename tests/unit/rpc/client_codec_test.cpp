#include "rpc/client_codec.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

#include "rpc/request_reader.hpp"
#include "rpc/xml_writer.hpp"
#include "unit/rpc/show.hpp"

namespace ringmaster::rpc {
namespace {

std::string shown(const std::string& body) {
    const auto decoded = decode_response(body);
    return decoded ? show(*decoded) : "error: " + decoded.error().text;
}

std::string response(const std::string& held) {
    return std::string(response_head) + held + std::string(response_tail);
}

/// Made by Python's xmlrpc.client.
TEST(ClientCodec, WritesCallsAsPythonDoes) {
    EXPECT_EQ(encode_call(
                  {"supervisor.startProcess",
                   {value{std::string("c<t")}, value{true}, value{std::int64_t{5}}, value{1.5},
                    value{array{value{std::int64_t{1}}}}, value{date_time{"20260102T03:04:05"}}}}),
              R"(<?xml version='1.0'?>
<methodCall>
<methodName>supervisor.startProcess</methodName>
<params>
<param>
<value><string>c&lt;t</string></value>
</param>
<param>
<value><boolean>1</boolean></value>
</param>
<param>
<value><int>5</int></value>
</param>
<param>
<value><double>1.5</double></value>
</param>
<param>
<value><array><data>
<value><int>1</int></value>
</data></array></value>
</param>
<param>
<value><dateTime.iso8601>20260102T03:04:05</dateTime.iso8601></value>
</param>
</params>
</methodCall>
)");
    EXPECT_EQ(encode_call({"a.b", {}}),
              "<?xml version='1.0'?>\n<methodCall>\n<methodName>a.b</methodName>\n<params>\n"
              "</params>\n</methodCall>\n");
}

TEST(ClientCodec, WhatItWritesTheServerReadsBack) {
    const structure members{{"methodName", value{std::string("x\r\n")}},
                            {"params", value{array{value{nil{}}, value{std::string()}}}}};
    const auto read =
        read_request(encode_call({"system.multicall", {value{array{value{members}}}}}));
    ASSERT_TRUE(read);
    EXPECT_EQ(show(value{read->params}), "[[{methodName: 'x\r\n', params: [nil, '']}]]");
}

TEST(ClientCodec, ReadsResults) {
    EXPECT_EQ(shown(response("<value><boolean>1</boolean></value>\n")), "true");
    EXPECT_EQ(shown(response("<value><struct>\n<member>\n<name>statecode</name>\n"
                             "<value><int>1</int></value>\n</member>\n</struct></value>\n")),
              "{statecode: 1}");
    EXPECT_EQ(shown(response("<value><string></string></value>\n")), "''");
}

TEST(ClientCodec, PassesOverMembersThatNobodyWants) {
    const auto body = response(
        "<value><array><data><value><struct><member><name>a</name><value><int>x</int></value>"
        "</member><member><name>&#98;</name><value><int>2</int></value></member></struct></value>"
        "</data></array></value>");
    constexpr std::array<std::string_view, 1> wanted{"b"};
    const auto decoded = decode_response(body, wanted);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(show(*decoded), "[{b: 2}]");
    EXPECT_EQ(shown(body), "error: 'x' is no integer");
}

TEST(ClientCodec, ReadsBase64AsBytes) {
    EXPECT_EQ(shown(response("<value><base64>\n/w==\n</base64></value>\n")), "'\xFF'");
}

/// As Python's xmlrpc.client does.
TEST(ClientCodec, KnowsMoreNamesOfNumbersThanTheDaemon) {
    const auto typed = [](const std::string& type, const std::string& text) {
        return shown(response("<value><" + type + ">" + text + "</" + type + "></value>"));
    };
    for (const auto* type : {"int", "i1", "i2", "i4", "i8", "biginteger", "ex:i8", "a:b:int"})
        EXPECT_EQ(typed(type, "7"), "7") << type;
    for (const auto* type : {"double", "float", "bigdecimal", "ex:float"})
        EXPECT_EQ(typed(type, "7.5"), "7.5") << type;
    EXPECT_EQ(typed("ex:nil", ""), "nil");
    EXPECT_EQ(typed("ex:string", "x"), "'x'");
    EXPECT_EQ(typed("bigint", "7"), "error: unknown tag 'bigint'");
    EXPECT_EQ(typed("boolean", "true"), "error: bad boolean value");
}

TEST(ClientCodec, ReadsFaults) {
    EXPECT_EQ(shown(fault_response(fault(fault_code::bad_name, "nope"))),
              "fault 10 BAD_NAME: nope");
}

TEST(ClientCodec, ReportsWhatIsNoResponse) {
    EXPECT_EQ(shown(""), "error: no element found");
    EXPECT_EQ(shown(" \n"), "error: no element found");
    EXPECT_EQ(shown("<html></html>"), "error: the root element is not methodResponse");
    EXPECT_EQ(shown("<methodResponse/>"), "error: neither a result nor a fault");
    EXPECT_EQ(shown("<methodResponse><fault><value>x</value></fault></methodResponse>"),
              "error: a fault without code and text");
    EXPECT_EQ(shown(response("<value><int>x</int></value>")), "error: 'x' is no integer");
    EXPECT_TRUE(shown("no xml").starts_with("error: "));
    EXPECT_TRUE(shown("<methodResponse>").starts_with("error: "));
}

TEST(ClientCodec, FindsMembersOfStructsOnly) {
    const value held{structure{{"a", value{std::int64_t{1}}}, {"a", value{std::int64_t{2}}}}};
    ASSERT_NE(held.find("a"), nullptr);
    EXPECT_EQ(*held.find("a")->integer(), 2);
    EXPECT_EQ(held.find("b"), nullptr);
    EXPECT_EQ(value{std::string("x")}.find("a"), nullptr);
}

}  // namespace
}  // namespace ringmaster::rpc

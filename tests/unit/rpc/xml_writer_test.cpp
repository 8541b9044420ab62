#include "rpc/xml_writer.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>
#include <utility>

namespace ringmaster::rpc {
namespace {

std::string written(const std::function<void(value_writer&)>& write) {
    std::string out;
    xml_writer writer(out);
    write(writer);
    return out;
}

TEST(XmlWriter, ATextMayBeNowhereIfItIsEmpty) {
    const auto nowhere = written([](value_writer& out) { out.string(std::string_view()); });
    EXPECT_EQ(nowhere, written([](value_writer& out) { out.string(""); }));
}

/// The documents below were made by Python's xmlrpc.client, whose format Supervisor shares.
TEST(XmlWriter, WritesNestedValuesAsSupervisorDoes) {
    const auto nested = written([](value_writer& out) {
        out.begin_array();
        out.begin_struct();
        out.key("name");
        out.string("a<b>&\"'");
        out.key("n");
        out.integer(-7);
        out.key("l");
        out.begin_array();
        out.end_array();
        out.key("s");
        out.begin_struct();
        out.end_struct();
        out.end_struct();
        out.begin_array();
        out.string("");
        out.end_array();
        out.string("naïve\t\n");
        out.end_array();
    });
    EXPECT_EQ(std::string(response_head) + nested + std::string(response_tail),
              R"(<?xml version='1.0'?>
<methodResponse>
<params>
<param>
<value><array><data>
<value><struct>
<member>
<name>name</name>
<value><string>a&lt;b&gt;&amp;"'</string></value>
</member>
<member>
<name>n</name>
<value><int>-7</int></value>
</member>
<member>
<name>l</name>
<value><array><data>
</data></array></value>
</member>
<member>
<name>s</name>
<value><struct>
</struct></value>
</member>
</struct></value>
<value><array><data>
<value><string></string></value>
</data></array></value>
<value><string>naïve	
</string></value>
</data></array></value>
</param>
</params>
</methodResponse>
)");
}

TEST(XmlWriter, WritesFaultsAsSupervisorDoes) {
    EXPECT_EQ(fault_response(fault(fault_code::bad_name, "nope")),
              R"(<?xml version='1.0'?>
<methodResponse>
<fault>
<value><struct>
<member>
<name>faultCode</name>
<value><int>10</int></value>
</member>
<member>
<name>faultString</name>
<value><string>BAD_NAME: nope</string></value>
</member>
</struct></value>
</fault>
</methodResponse>
)");
}

TEST(XmlWriter, WritesBooleansAndIntegersOfAnySize) {
    EXPECT_EQ(written([](auto& out) { out.boolean(true); }),
              "<value><boolean>1</boolean></value>\n");
    EXPECT_EQ(written([](auto& out) { out.boolean(false); }),
              "<value><boolean>0</boolean></value>\n");
    EXPECT_EQ(written([](auto& out) { out.integer(3'000'000'000); }),
              "<value><int>3000000000</int></value>\n");
    EXPECT_EQ(written([](auto& out) { out.integer(std::numeric_limits<std::int64_t>::min()); }),
              "<value><int>-9223372036854775808</int></value>\n");
}

TEST(XmlWriter, ReplacesWhatNoParserCouldRead) {
    const auto text = [](std::string_view bytes) {
        return written([&](value_writer& out) { out.string(bytes); });
    };
    using namespace std::string_view_literals;
    EXPECT_EQ(text("a\0b"sv),
              "<value><string>a\xEF\xBF\xBD"
              "b</string></value>\n");
    EXPECT_EQ(text("\x1B[31mred"), "<value><string>\xEF\xBF\xBD[31mred</string></value>\n");
    EXPECT_EQ(text("\xEF\xBF\xBF"), "<value><string>\xEF\xBF\xBD</string></value>\n");
    EXPECT_EQ(text("cut \xE2\x82"), "<value><string>cut \xEF\xBF\xBD</string></value>\n");
    EXPECT_EQ(text("\xFF\xFE"), "<value><string>\xEF\xBF\xBD\xEF\xBF\xBD</string></value>\n");
    EXPECT_EQ(text("line\r\n"), "<value><string>line&#13;\n</string></value>\n");
}

/// Text is copied in pieces of several bytes: a special one must be seen wherever it stands.
TEST(XmlWriter, FindsSpecialCharactersAtEveryPosition) {
    for (std::size_t length = 1; length < 40; ++length) {
        for (std::size_t at = 0; at < length; ++at) {
            for (const auto& [special, expected] :
                 {std::pair('<', "&lt;"), std::pair('>', "&gt;"), std::pair('&', "&amp;"),
                  std::pair('\x1F', "\xEF\xBF\xBD"), std::pair('\xFF', "\xEF\xBF\xBD"),
                  std::pair('\n', "\n"), std::pair('\x7F', "\x7F"), std::pair('\'', "'")}) {
                std::string text(length, '=');
                text[at] = special;
                const auto before = std::string(at, '=');
                const auto after = std::string(length - at - 1, '=');
                EXPECT_EQ(written([&](value_writer& out) { out.string(text); }),
                          "<value><string>" + before + expected + after + "</string></value>\n");
            }
        }
    }
}

/// Small pieces gather before they reach the string; large ones go there directly.
TEST(XmlWriter, KeepsTheOrderOfPiecesOfAnyLength) {
    std::string expected = "<value><array><data>\n";
    const auto document = written([&](value_writer& out) {
        out.begin_array();
        for (std::size_t length = 0; length < 10'000; length = length * 5 / 4 + 1) {
            const std::string text(length, 'x');
            out.integer(static_cast<std::int64_t>(length));
            out.string(text);
            out.string("<" + text);
            const auto number = std::to_string(length);
            expected.append("<value><int>").append(number).append("</int></value>\n");
            expected.append("<value><string>").append(text).append("</string></value>\n");
            expected.append("<value><string>&lt;").append(text).append("</string></value>\n");
            EXPECT_EQ(out.size(), expected.size());
        }
        out.end_array();
    });
    EXPECT_EQ(document, expected + "</data></array></value>\n");
}

TEST(XmlWriter, TakesAnyNameFromACall) {
    for (const std::size_t length : {1, 100, 1'000, 10'000}) {
        std::string out;
        xml_writer writer(out);
        writer.begin_struct();
        writer.any_key("<" + std::string(length, 'x'));
        writer.nil();
        writer.key(std::string(length, 'y'));
        writer.nil();
        writer.end_struct();
        EXPECT_EQ(out, "<value><struct>\n<member>\n<name>&lt;" + std::string(length, 'x') +
                           "</name>\n<value><nil/></value>\n</member>\n<member>\n<name>" +
                           std::string(length, 'y') +
                           "</name>\n<value><nil/></value>\n</member>\n</struct></value>\n");
    }
}

TEST(Fault, IsItsNameOrNameAndDetail) {
    EXPECT_EQ(fault(fault_code::shutdown_state).text(), "SHUTDOWN_STATE");
    EXPECT_EQ(fault(fault_code::spawn_error, "g:p").text(), "SPAWN_ERROR: g:p");
    EXPECT_EQ(fault(fault_code::bad_name, "").text(), "BAD_NAME: ");
}

}  // namespace
}  // namespace ringmaster::rpc

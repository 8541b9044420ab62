#include "rpc/request_reader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/rpc/show.hpp"

namespace ringmaster::rpc {
namespace {

std::string shown(const std::string& body) {
    const auto read = read_request(body);
    if (!read) return std::string(describe(read.error()));
    return read->method + show(value{read->params});
}

std::string with_params(const std::string& params) {
    return shown("<?xml version='1.0'?>\n<methodCall><methodName>m</methodName><params>" + params +
                 "</params></methodCall>");
}

/// What the one parameter is read as.
std::string param(const std::string& element) {
    const auto read = with_params("<param>" + element + "</param>");
    return read.starts_with("m[") ? read.substr(2, read.size() - 3) : read;
}

std::string typed(const std::string& type, const std::string& text) {
    return param("<value><" + type + ">" + text + "</" + type + "></value>");
}

TEST(RequestReader, ReadsMethodAndParametersInOrder) {
    EXPECT_EQ(shown(R"(<?xml version='1.0'?>
<methodCall>
<methodName>supervisor.startProcess</methodName>
<params>
<param>
<value><string>cat</string></value>
</param>
<param>
<value><boolean>0</boolean></value>
</param>
</params>
</methodCall>
)"),
              "supervisor.startProcess['cat', false]");
}

TEST(RequestReader, TakesMissingAndEmptyParamsAsNone) {
    EXPECT_EQ(shown("<methodCall><methodName>m</methodName></methodCall>"), "m[]");
    EXPECT_EQ(shown("<methodCall><methodName>m</methodName><params/></methodCall>"), "m[]");
    EXPECT_EQ(with_params(""), "m[]");
    EXPECT_EQ(with_params(" \n "), "m[]");
}

TEST(RequestReader, DoesNotCareForTheNameOfTheRoot) {
    EXPECT_EQ(shown("<x><methodName>m</methodName></x>"), "m[]");
}

TEST(RequestReader, TakesTheLastOfSeveralNamesAndParameterLists) {
    EXPECT_EQ(shown("<x><methodName>a</methodName><params/><methodName>b</methodName></x>"), "b[]");
    EXPECT_EQ(shown("<x><methodName>a</methodName><methodName/></x>"), "no method name");
    EXPECT_EQ(shown("<x><methodName>m</methodName><params><param><value>a</value></param></params>"
                    "<params><param><value>b</value></param></params></x>"),
              "m['b']");
}

TEST(RequestReader, DoesNotTrimTheMethodName) {
    EXPECT_EQ(shown("<x><methodName> m </methodName></x>"), " m []");
}

TEST(RequestReader, ReadsStringsVerbatim) {
    EXPECT_EQ(param("<value>ab</value>"), "'ab'");
    EXPECT_EQ(param("<value>  </value>"), "'  '");
    EXPECT_EQ(param("<value/>"), "''");
    EXPECT_EQ(param("<value></value>"), "''");
    EXPECT_EQ(param("<value>\n<string>cat</string>\n</value>"), "'cat'");
    EXPECT_EQ(typed("string", " a\tb\n"), "' a\tb\n'");
    EXPECT_EQ(typed("string", ""), "''");
    EXPECT_EQ(typed("string", "a &lt;&amp;&gt;&quot;&apos; &#65;&#x42;&#xe9;"),
              "'a <&>\"' AB\xC3\xA9'");
    EXPECT_EQ(typed("string", "a<![CDATA[<b> &amp;]]>c"), "'a<b> &amp;c'");
    EXPECT_EQ(typed("string", "a<!-- - -->b<?pi x?>c"), "'abc'");
    EXPECT_EQ(typed("string", "naïve €"), "'naïve €'");
    EXPECT_EQ(typed("string", "a\r\nb\rc&#13;"), "'a\nb\nc\r'");
    EXPECT_EQ(param("<string>no value element</string>"), "'no value element'");
}

TEST(RequestReader, KeepsWhiteSpaceBesideWhatIsNoText) {
    EXPECT_EQ(typed("string", " <![CDATA[x]]> "), "' x '");
    EXPECT_EQ(typed("string", " <!-- c -->x"), "' x'");
    EXPECT_EQ(typed("string", "x<?pi x?> "), "'x '");
    EXPECT_EQ(param("<value> <!-- c --> </value>"), "'  '");
    EXPECT_EQ(param("<value> <string> </string> </value>"), "' '");
    EXPECT_EQ(param("<value>before<string>x</string>behind</value>"), "'x'");
}

TEST(RequestReader, ReadsNumbersWithBlanksAround) {
    EXPECT_EQ(typed("int", "5"), "5");
    EXPECT_EQ(typed("i4", " -5\n"), "-5");
    EXPECT_EQ(typed("int", "+5"), "5");
    EXPECT_EQ(typed("int", "123456789012"), "123456789012");
    EXPECT_EQ(typed("double", " 1.5 "), "1.5");
    EXPECT_EQ(typed("double", "+1e3"), "1000");
    EXPECT_EQ(typed("double", "1_0"), "10");
    EXPECT_EQ(typed("double", "-1e400"), "-inf");
}

TEST(RequestReader, TakesTheNearestNumberForOneBeyond64Bits) {
    EXPECT_EQ(typed("int", "1000000000000000000000"), "9223372036854775807");
}

TEST(RequestReader, RefusesTextThatIsNoNumber) {
    for (const auto* text : {"", "abc", "5.0", "0x10", "1 2", "+-5"}) {
        EXPECT_EQ(typed("int", text), "unmarshallable") << text;
    }
    for (const auto* text : {"", "abc", "0x1p4", "1,5"}) {
        EXPECT_EQ(typed("double", text), "unmarshallable") << text;
    }
}

TEST(RequestReader, TakesOnlyOneForTrue) {
    EXPECT_EQ(typed("boolean", "1"), "true");
    for (const auto* text : {"0", "true", " 1 ", "", "2"}) {
        EXPECT_EQ(typed("boolean", text), "false") << text;
    }
}

TEST(RequestReader, DecodesBase64ToText) {
    EXPECT_EQ(typed("base64", "Y2F0"), "'cat'");
    EXPECT_EQ(typed("base64", "\nY2\nF0\n"), "'cat'");
    EXPECT_EQ(typed("base64", "YWE="), "'aa'");
    EXPECT_EQ(typed("base64", "YQ=="), "'a'");
    EXPECT_EQ(typed("base64", ""), "''");
    EXPECT_EQ(typed("base64", "Y2F"), "unmarshallable");  // incomplete
    EXPECT_EQ(typed("base64", "Y"), "unmarshallable");
    EXPECT_EQ(typed("base64", "YQ="), "unmarshallable");
    EXPECT_EQ(typed("base64", "/w=="), "unmarshallable");  // no UTF-8
}

TEST(RequestReader, ChecksTheFormOfDates) {
    EXPECT_EQ(typed("dateTime.iso8601", "20260102T03:04:05"), "date 20260102T03:04:05");
    for (const auto* text : {"2026-01-02T03:04:05", " 20260102T03:04:05", "20261302T03:04:05",
                             "20260102T24:00:00", ""}) {
        EXPECT_EQ(typed("dateTime.iso8601", text), "unmarshallable") << text;
    }
}

TEST(RequestReader, ReadsNilAndTakesUnknownTypesForStrings) {
    EXPECT_EQ(param("<value><nil/></value>"), "nil");
    EXPECT_EQ(typed("i8", "5"), "'5'");
    EXPECT_EQ(typed("ex:what", "x"), "'x'");
}

TEST(RequestReader, ReadsArraysAndStructs) {
    EXPECT_EQ(param("<value><array><data><value>a</value> <value><int>1</int></value>"
                    "</data></array></value>"),
              "['a', 1]");
    EXPECT_EQ(param("<value><array><data/></array></value>"), "[]");
    EXPECT_EQ(param("<value><struct><member><name>n</name><value>v</value></member>\n"
                    "<member><name/><value><array><data/></array></value></member>"
                    "</struct></value>"),
              "{n: 'v', : []}");
    EXPECT_EQ(param("<value><struct/></value>"), "{}");
}

TEST(RequestReader, RefusesMalformedArraysAndStructs) {
    EXPECT_EQ(param("<value><array/></value>"), "unmarshallable");
    EXPECT_EQ(param("<value><struct><member><name>n</name></member></struct></value>"),
              "unmarshallable");
    EXPECT_EQ(param("<value><struct><member><name>n</name><value/><value/></member></struct>"
                    "</value>"),
              "unmarshallable");
    EXPECT_EQ(param("<value><struct><x/></struct></value>"), "unmarshallable");
}

TEST(RequestReader, RefusesParametersWithoutValue) {
    EXPECT_EQ(with_params("<param/>"), "unmarshallable");
    EXPECT_EQ(with_params("<param>text</param>"), "unmarshallable");
}

TEST(RequestReader, TellsAMissingMethodNameFromBadData) {
    EXPECT_EQ(shown("<methodCall/>"), "no method name");
    EXPECT_EQ(shown("<methodCall><methodName/></methodCall>"), "no method name");
    EXPECT_EQ(shown("<methodCall><methodName></methodName><params/></methodCall>"),
              "no method name");
    EXPECT_EQ(shown("<x><params><param><value><int>q</int></value></param></params></x>"),
              "unmarshallable");
}

TEST(RequestReader, RefusesWhatIsNotWellFormed) {
    const std::string good = "<m><methodName>m</methodName></m>";
    const std::vector<std::string> bodies{
        "",
        " ",
        "text",
        "<m><methodName>m</methodName>",
        "<m><methodName>m</m></methodName>",
        good + "text",
        "text" + good,
        good + good,
        "<m><methodName>a & b</methodName></m>",
        "<m><methodName>&foo;</methodName></m>",
        "<m><methodName>&#0;</methodName></m>",
        "<m><methodName>&#1;</methodName></m>",
        "<m><methodName>&#xD800;</methodName></m>",
        "<m><methodName>&#x110000;</methodName></m>",
        "<m><methodName>&#;</methodName></m>",
        "<m><methodName>&#-5;</methodName></m>",
        "<m><methodName>a\x01"
        "b</methodName></m>",
        "<m><methodName>a\xFF"
        "b</methodName></m>",
        std::string("<m><methodName>a\0b</methodName></m>", 34),
    };
    for (const auto& body : bodies) EXPECT_EQ(shown(body), "unmarshallable") << body;
}

TEST(RequestReader, RefusesMistakesWhereNobodyReads) {
    const std::string name = "<methodName>m</methodName>";
    for (const std::string inside :
         {"&", "&foo;", "&#0;", "]]>", "<x>a & b</x>", "<x a='1' a='2'/>", "<x a='&foo;'/>",
          "<x a='<'/>", "<x a='1' b='&#1;'/>", "<!-- a -- b -->", "<!-- a --->", "<!----->"}) {
        EXPECT_EQ(shown("<m>" + inside + name + "</m>"), "unmarshallable") << inside;
        EXPECT_EQ(shown("<m>" + name + inside + "</m>"), "unmarshallable") << inside;
    }
    EXPECT_EQ(shown("<!-- a -- b --><m>" + name + "</m>"), "unmarshallable");
    EXPECT_EQ(shown("<m a='1' a='1'>" + name + "</m>"), "unmarshallable");
    for (const std::string inside :
         {"&amp;", "&#33;", "]]&gt;", "<![CDATA[& ]]>", "<x a='1' b='&lt;\"'/>",
          "<!-- a - b & < -->", "<!---->", "<?pi -- & ?>", "a > b"}) {
        EXPECT_EQ(shown("<m>" + inside + name + "</m>"), "m[]") << inside;
        EXPECT_EQ(shown("<m>" + name + inside + "</m>"), "m[]") << inside;
    }
}

TEST(RequestReader, AllowsWhatMayStandBesideTheRoot) {
    EXPECT_EQ(
        shown("<?xml version='1.0'?>\n<!-- c -->\n<m><methodName>m</methodName></m>\n<?p?>\n"),
        "m[]");
}

TEST(RequestReader, TakesTheBodyForUtf8WhateverItsDeclarationSays) {
    EXPECT_EQ(shown("<?xml version='1.0' encoding='latin-1'?><m><methodName>é</methodName></m>"),
              "é[]");
    EXPECT_EQ(shown("\xEF\xBB\xBF<m><methodName>m</methodName></m>"), "m[]");
}

TEST(RequestReader, RefusesADoctype) {
    EXPECT_EQ(shown("<!DOCTYPE m [<!ENTITY x \"boom\">]><m><methodName>&x;</methodName></m>"),
              "unmarshallable");
    EXPECT_EQ(shown("<!DOCTYPE m><m><methodName>m</methodName></m>"), "unmarshallable");
}

TEST(RequestReader, RefusesValuesThatAreNestedTooDeeply) {
    const auto nested = [](int levels) {
        std::string open;
        std::string close;
        for (int i = 0; i < levels; ++i) {
            open += "<value><array><data>";
            close += "</data></array></value>";
        }
        return with_params("<param>" + open + close + "</param>");
    };
    EXPECT_EQ(nested(3), "m[[[[]]]]");
    EXPECT_EQ(nested(50).front(), 'm');
    EXPECT_EQ(nested(100'000), "unmarshallable");
}

}  // namespace
}  // namespace ringmaster::rpc

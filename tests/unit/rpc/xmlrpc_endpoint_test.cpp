#include "rpc/xmlrpc_endpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "rpc/xml_writer.hpp"
#include "unit/rpc/fake_daemon.hpp"

namespace ringmaster::rpc {
namespace {

using testing::ElementsAre;

TEST(XmlrpcEndpoint, AnswersADocumentForResultsAndFaults) {
    fake_daemon daemon;
    const auto good = daemon.begin("supervisor.getPID");
    EXPECT_EQ(good->answered.status, 200);
    EXPECT_EQ(good->answered.body,
              "<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n"
              "<value><int>4711</int></value>\n</param>\n</params>\n</methodResponse>\n");
    const auto bad = daemon.begin("supervisor.nope");
    EXPECT_EQ(bad->answered.status, 200);
    EXPECT_EQ(bad->answered.body, fault_response(fault(fault_code::unknown_method)));
}

TEST(XmlrpcEndpoint, RefusesAndLogsWhatIsNoCall) {
    fake_daemon daemon;
    EXPECT_EQ(daemon.send("<it's>")->shown(), "status 400");
    EXPECT_EQ(daemon.send("<foo/>")->shown(), "status 400");
    EXPECT_EQ(daemon.send("")->shown(), "status 400");
    EXPECT_THAT(daemon.port.sink.lines,
                ElementsAre("ERRO XML-RPC request data \"<it's>\" is invalid: unmarshallable",
                            "ERRO XML-RPC request data '<foo/>' is invalid: no method name",
                            "ERRO XML-RPC request data '' is invalid: unmarshallable"));
}

TEST(XmlrpcEndpoint, KeepsLongBodiesOutOfTheLog) {
    fake_daemon daemon;
    EXPECT_EQ(daemon.send(std::string(1'000'000, 'x'))->shown(), "status 400");
    EXPECT_LT(daemon.port.sink.lines.at(0).size(), 10'000U);
    EXPECT_THAT(daemon.port.sink.lines.at(0), testing::HasSubstr("(1000000 bytes)"));
}

TEST(XmlrpcEndpoint, TracesCalls) {
    fake_daemon daemon;
    daemon.port.sink.lowest = core::log_level::trace;
    daemon.ask("supervisor.getPID");
    daemon.ask("supervisor.getProcessInfo", {text("nope")});
    EXPECT_THAT(daemon.port.sink.lines,
                ElementsAre("TRAC XML-RPC method called: supervisor.getPID()",
                            "TRAC XML-RPC method supervisor.getPID() returned successfully",
                            "TRAC XML-RPC method called: supervisor.getProcessInfo()",
                            "TRAC XML-RPC method supervisor.getProcessInfo() returned fault: "
                            "[10] BAD_NAME: nope"));
}

TEST(XmlrpcEndpoint, AnUnexpectedErrorIsStatus500AndCritical) {
    fake_daemon daemon;
    daemon.add_group("cat", {"cat"});
    daemon.port.broken = true;
    EXPECT_EQ(daemon.ask("supervisor.readLog", {number(0), number(0)}), "status 500");
    ASSERT_EQ(daemon.port.sink.lines.size(), 1U);
    EXPECT_THAT(
        daemon.port.sink.lines.at(0),
        testing::AllOf(testing::StartsWith("CRIT Handling XML-RPC request with data \"<?xml "),
                       testing::EndsWith("raised an unexpected exception: the disk is gone")));
}

TEST(XmlrpcEndpoint, InsideAMulticallAnUnexpectedErrorIsAFaultOfThatCall) {
    fake_daemon daemon;
    daemon.port.broken = true;
    const value read{structure{{"methodName", text("supervisor.readLog")},
                               {"params", value{array{number(0), number(0)}}}}};
    const value version{structure{{"methodName", text("supervisor.getVersion")}}};
    EXPECT_EQ(daemon.ask("system.multicall", {value{array{read, version}}}),
              "[{faultCode: 30, faultString: 'FAILED: the disk is gone'}, '3.0']");
}

}  // namespace
}  // namespace ringmaster::rpc

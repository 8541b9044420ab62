#include "rpc/dispatch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "unit/rpc/fake_daemon.hpp"

namespace ringmaster::rpc {
namespace {

value inner(const std::string& method, array params) {
    return value{structure{{"methodName", text(method)}, {"params", value{std::move(params)}}}};
}

std::string multicall(fake_daemon& daemon, array calls) {
    return daemon.ask("system.multicall", {value{std::move(calls)}});
}

TEST(Dispatch, FaultsOnUnknownMethods) {
    fake_daemon daemon;
    for (const auto* name :
         {"getPID", "supervisor", "supervisor.", "supervisor.getPID.x", "supervisor.getpid",
          " supervisor.getPID ", "supervisor._x", "other.getPID", "supervisor.API_VERSION", "."}) {
        EXPECT_EQ(daemon.ask(name), "fault 1 UNKNOWN_METHOD") << name;
    }
}

TEST(Dispatch, FaultsOnTooFewOrTooManyArguments) {
    fake_daemon daemon;
    EXPECT_EQ(daemon.ask("supervisor.getPID", {number(1)}), "fault 2 INCORRECT_PARAMETERS");
    EXPECT_EQ(daemon.ask("supervisor.startProcess"), "fault 2 INCORRECT_PARAMETERS");
    EXPECT_EQ(daemon.ask("supervisor.startProcess", {text("x"), truth(true), truth(true)}),
              "fault 2 INCORRECT_PARAMETERS");
    EXPECT_EQ(daemon.ask("system.listMethods", {number(1)}), "fault 2 INCORRECT_PARAMETERS");
}

TEST(Dispatch, FaultsOnANameThatIsNoString) {
    fake_daemon daemon;
    EXPECT_EQ(daemon.ask("supervisor.getProcessInfo", {number(5)}), "fault 2 INCORRECT_PARAMETERS");
}

TEST(Dispatch, WhileStoppingFaultsAfterCountingArguments) {
    fake_daemon daemon;
    EXPECT_EQ(daemon.ask("supervisor.shutdown"), "true");
    EXPECT_EQ(daemon.port.fleet.state(), core::daemon_state::shutdown);
    EXPECT_EQ(daemon.ask("supervisor.getState"), "fault 6 SHUTDOWN_STATE");
    EXPECT_EQ(daemon.ask("supervisor.shutdown"), "fault 6 SHUTDOWN_STATE");
    EXPECT_EQ(daemon.ask("supervisor.getProcessInfo", {text("nope")}), "fault 6 SHUTDOWN_STATE");
    EXPECT_EQ(daemon.ask("supervisor.getState", {number(1)}), "fault 2 INCORRECT_PARAMETERS");
    EXPECT_EQ(daemon.ask("supervisor.nope"), "fault 1 UNKNOWN_METHOD");
    EXPECT_EQ(multicall(daemon, {inner("supervisor.getPID", {})}),
              "[{faultCode: 6, faultString: 'SHUTDOWN_STATE'}]");
}

TEST(Dispatch, OffersTheBuiltInMethodsUnderTheConfiguredNames) {
    fake_daemon daemon{std::vector<std::string>{"mine"}};
    EXPECT_EQ(daemon.ask("mine.getPID"), "4711");
    EXPECT_EQ(daemon.ask("supervisor.getPID"), "fault 1 UNKNOWN_METHOD");
    fake_daemon bare{std::vector<std::string>()};
    EXPECT_EQ(bare.ask("system.listMethods"),
              "['system.listMethods', 'system.methodHelp', 'system.methodSignature', "
              "'system.multicall']");
}

TEST(Dispatch, ListsAllMethodsSorted) {
    fake_daemon daemon;
    std::vector<std::string> names;
    for (const auto& each : daemon.methods.methods()) names.push_back(each.name);
    EXPECT_TRUE(std::ranges::is_sorted(names));
    EXPECT_THAT(names, testing::IsSupersetOf({"supervisor.getVersion", "supervisor.readProcessLog",
                                              "supervisor.readMainLog", "supervisor.tailProcessLog",
                                              "system.multicall"}));
}

/// Return type and parameter types as Supervisor reports them.
TEST(Dispatch, TellsTheSignatureOfEveryMethod) {
    const std::map<std::string, std::vector<std::string_view>> expected{
        {"supervisor.getAPIVersion", {"string"}},
        {"supervisor.getAllConfigInfo", {"array"}},
        {"supervisor.getAllProcessInfo", {"array"}},
        {"supervisor.getIdentification", {"string"}},
        {"supervisor.getPID", {"int"}},
        {"supervisor.getProcessInfo", {"struct", "string"}},
        {"supervisor.getState", {"struct"}},
        {"supervisor.getSupervisorVersion", {"string"}},
        {"supervisor.getVersion", {"string"}},
        {"supervisor.readLog", {"string", "int", "int"}},
        {"supervisor.readMainLog", {"string", "int", "int"}},
        {"supervisor.readProcessLog", {"string", "string", "int", "int"}},
        {"supervisor.readProcessStderrLog", {"string", "string", "int", "int"}},
        {"supervisor.readProcessStdoutLog", {"string", "string", "int", "int"}},
        {"supervisor.restart", {"boolean"}},
        {"supervisor.shutdown", {"boolean"}},
        {"supervisor.signalAllProcesses", {"array", "string"}},
        {"supervisor.signalProcess", {"boolean", "string", "string"}},
        {"supervisor.signalProcessGroup", {"array", "string", "string"}},
        {"supervisor.startAllProcesses", {"array", "boolean"}},
        {"supervisor.startProcess", {"boolean", "string", "boolean"}},
        {"supervisor.startProcessGroup", {"array", "string", "boolean"}},
        {"supervisor.stopAllProcesses", {"array", "boolean"}},
        {"supervisor.stopProcess", {"boolean", "string", "boolean"}},
        {"supervisor.stopProcessGroup", {"array", "string", "boolean"}},
        {"supervisor.tailProcessLog", {"array", "string", "int", "int"}},
        {"supervisor.tailProcessStderrLog", {"array", "string", "int", "int"}},
        {"supervisor.tailProcessStdoutLog", {"array", "string", "int", "int"}},
        {"system.listMethods", {"array"}},
        {"system.methodHelp", {"string", "string"}},
        {"system.methodSignature", {"array", "string"}},
        {"system.multicall", {"array", "array"}},
    };
    fake_daemon daemon;
    for (const auto& [name, types] : expected) {
        const method* const found = daemon.methods.find(name);
        ASSERT_NE(found, nullptr) << name;
        EXPECT_EQ(found->signature(), types) << name;
    }
    EXPECT_EQ(daemon.ask("system.methodSignature", {text("supervisor.startProcess")}),
              "['boolean', 'string', 'boolean']");
    EXPECT_EQ(daemon.ask("system.methodSignature", {text("nope")}),
              "fault 4 SIGNATURE_UNSUPPORTED");
}

TEST(Dispatch, HelpEndsInTagLines) {
    fake_daemon daemon;
    EXPECT_THAT(daemon.methods.find("supervisor.stopProcess")->help_text(),
                testing::MatchesRegex("Stops a process.\n\n@param string name .*\n"
                                      "@param boolean wait .*\n@return boolean result .*\n"));
    EXPECT_EQ(daemon.ask("system.methodHelp", {text("nope")}), "fault 4 SIGNATURE_UNSUPPORTED");
    EXPECT_EQ(daemon.ask("system.methodHelp", {number(5)}), "fault 4 SIGNATURE_UNSUPPORTED");
}

TEST(Multicall, AnswersBareValuesAndFaultStructs) {
    fake_daemon daemon;
    EXPECT_EQ(multicall(daemon, {}), "[]");
    EXPECT_EQ(multicall(daemon, {inner("supervisor.getAPIVersion", {}),
                                 inner("supervisor.getProcessInfo", {text("nope")}),
                                 inner("supervisor.getPID", {number(1)}), inner("a.b", {}),
                                 inner("", {}), inner("supervisor.getPID", {})}),
              "['3.0', {faultCode: 10, faultString: 'BAD_NAME: nope'}, "
              "{faultCode: 2, faultString: 'INCORRECT_PARAMETERS'}, "
              "{faultCode: 1, faultString: 'UNKNOWN_METHOD'}, "
              "{faultCode: 1, faultString: 'UNKNOWN_METHOD'}, 4711]");
}

TEST(Multicall, TakesMissingParamsAsNone) {
    fake_daemon daemon;
    EXPECT_EQ(
        multicall(daemon, {value{structure{{"methodName", text("supervisor.getAPIVersion")}}}}),
        "['3.0']");
}

TEST(Multicall, RefusesToNestAndNamelessCalls) {
    fake_daemon daemon;
    EXPECT_EQ(multicall(daemon, {inner("system.multicall", {value{array{}}}),
                                 value{structure{{"params", value{array{}}}}}}),
              "[{faultCode: 2, "
              "faultString: 'INCORRECT_PARAMETERS: Recursive system.multicall forbidden'}, "
              "{faultCode: 2, faultString: 'INCORRECT_PARAMETERS: No methodName'}]");
}

TEST(Multicall, RefusesAnythingButAnArrayOfStructs) {
    fake_daemon daemon;
    EXPECT_EQ(daemon.ask("system.multicall", {number(5)}), "fault 2 INCORRECT_PARAMETERS");
    EXPECT_EQ(multicall(daemon, {inner("supervisor.shutdown", {}), number(5)}),
              "fault 2 INCORRECT_PARAMETERS");
    EXPECT_EQ(daemon.port.fleet.state(), core::daemon_state::running);
}

TEST(Multicall, MakesNoMoreCallsWhenItsAnswerIsTooLong) {
    fake_daemon daemon;
    daemon.port.main_log.bytes.assign(33 * 1024 * 1024, 'x');
    const value read = inner("supervisor.readLog", {number(0), number(0)});
    const auto talk = daemon.begin("system.multicall",
                                   {value{array{read, read, inner("supervisor.shutdown", {})}}});
    EXPECT_THAT(talk->answered.body, testing::HasSubstr("FAILED: the answer is too long"));
    EXPECT_LT(talk->answered.body.size(), 100U * 1024 * 1024);
    EXPECT_EQ(daemon.port.fleet.state(), core::daemon_state::running);
}

TEST(Multicall, WaitsForEachCallBeforeTheNext) {
    fake_daemon daemon;
    daemon.add_group("cat", {"cat"});
    const auto cat = daemon.id("cat", "cat");
    const auto talk = daemon.begin("system.multicall",
                                   {value{array{inner("supervisor.startProcess", {text("cat")}),
                                                inner("supervisor.stopProcess", {text("cat")}),
                                                inner("supervisor.getAPIVersion", {})}}});
    daemon.launched(cat, 100);
    EXPECT_EQ(daemon.port.fleet.find(cat)->state(), core::process_state::starting);
    EXPECT_EQ(talk->shown(), "...");
    daemon.pass(std::chrono::seconds(1));
    EXPECT_EQ(daemon.port.fleet.find(cat)->state(), core::process_state::stopping);
    EXPECT_EQ(talk->shown(), "...");
    daemon.exited(cat);
    EXPECT_EQ(talk->shown(), "[true, true, '3.0']");
}

}  // namespace
}  // namespace ringmaster::rpc

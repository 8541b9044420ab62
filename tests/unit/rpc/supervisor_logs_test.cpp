#include <gtest/gtest.h>

#include <string>

#include "unit/rpc/fake_daemon.hpp"

namespace ringmaster::rpc {
namespace {

class SupervisorLogs : public testing::Test {
protected:
    SupervisorLogs() {
        daemon.add_group("cat", {"cat"});
        const auto cat = daemon.id("cat", "cat");
        out = &daemon.port.process_logs[{cat, channel::output}];
        err = &daemon.port.process_logs[{cat, channel::error}];
        *out = {log_slice::status::ok, "/log/out", "0123456789abcdefghi"};
        *err = {log_slice::status::ok, "/log/err", "errors"};
        daemon.port.main_log = {log_slice::status::ok, "/log/main", "main log"};
    }

    std::string read(std::int64_t offset, std::int64_t length) {
        return daemon.ask("supervisor.readProcessStdoutLog",
                          {text("cat"), number(offset), number(length)});
    }
    std::string tail(std::int64_t offset, std::int64_t length) {
        return daemon.ask("supervisor.tailProcessStdoutLog",
                          {text("cat"), number(offset), number(length)});
    }

    fake_daemon daemon;
    fake_port::log_file* out = nullptr;
    fake_port::log_file* err = nullptr;
};

TEST_F(SupervisorLogs, ReadsTheRangeAskedFor) {
    EXPECT_EQ(read(0, 0), "'0123456789abcdefghi'");
    EXPECT_EQ(read(2, 3), "'234'");
    EXPECT_EQ(read(-3, 0), "'ghi'");
    EXPECT_EQ(read(100, 0), "''");
    EXPECT_EQ(read(-1, 1), "fault 3 BAD_ARGUMENTS");
    EXPECT_EQ(read(0, -1), "fault 3 BAD_ARGUMENTS");
}

TEST_F(SupervisorLogs, ReadsEachLogUnderAllItsNames) {
    EXPECT_EQ(daemon.ask("supervisor.readProcessLog", {text("cat"), number(0), number(1)}), "'0'");
    EXPECT_EQ(daemon.ask("supervisor.readProcessStderrLog", {text("cat"), number(0), number(0)}),
              "'errors'");
    EXPECT_EQ(daemon.ask("supervisor.readLog", {number(0), number(4)}), "'main'");
    EXPECT_EQ(daemon.ask("supervisor.readMainLog", {number(-3), number(0)}), "'log'");
    EXPECT_EQ(daemon.ask("supervisor.tailProcessLog", {text("cat"), number(0), number(2)}),
              "['hi', 19, true]");
    EXPECT_EQ(daemon.ask("supervisor.tailProcessStderrLog", {text("cat"), number(0), number(100)}),
              "['errors', 6, false]");
}

TEST_F(SupervisorLogs, ConvertsOffsetAndLengthToIntegers) {
    EXPECT_EQ(daemon.ask("supervisor.readProcessLog", {text("cat"), text(" 1 "), value{2.9}}),
              "'12'");
    EXPECT_EQ(daemon.ask("supervisor.readProcessLog", {text("cat"), truth(true), truth(true)}),
              "'1'");
    EXPECT_EQ(daemon.ask("supervisor.readProcessLog", {text("cat"), text("x"), number(1)}),
              "fault 2 INCORRECT_PARAMETERS");
    EXPECT_EQ(daemon.ask("supervisor.readProcessLog", {text("cat"), value{nil{}}, number(1)}),
              "fault 2 INCORRECT_PARAMETERS");
    EXPECT_EQ(daemon.ask("supervisor.readProcessLog", {text("cat"), value{1e300}, number(1)}),
              "fault 2 INCORRECT_PARAMETERS");
}

TEST_F(SupervisorLogs, AMissingFileIsNamedBeforeTheArgumentsAreChecked) {
    out->state = log_slice::status::missing;
    EXPECT_EQ(read(0, 0), "fault 20 NO_FILE: /log/out");
    EXPECT_EQ(read(-1, 1), "fault 20 NO_FILE: /log/out");
    out->path.clear();
    EXPECT_EQ(read(0, 0), "fault 20 NO_FILE");
}

TEST_F(SupervisorLogs, AnUnreadableFileFails) {
    out->state = log_slice::status::unreadable;
    EXPECT_EQ(read(0, 0), "fault 30 FAILED");
}

TEST_F(SupervisorLogs, FaultsForUnknownProcesses) {
    EXPECT_EQ(daemon.ask("supervisor.readProcessLog", {text("cat:*"), number(0), number(0)}),
              "fault 10 BAD_NAME: cat:*");
    EXPECT_EQ(daemon.ask("supervisor.tailProcessLog", {text("dog"), number(0), number(0)}),
              "fault 10 BAD_NAME: dog");
}

TEST_F(SupervisorLogs, TailsAlwaysTheEndOfTheFile) {
    EXPECT_EQ(tail(0, 1000), "['0123456789abcdefghi', 19, false]");
    EXPECT_EQ(tail(0, 4), "['fghi', 19, true]");
    EXPECT_EQ(tail(19, 10), "['', 19, false]");
}

TEST_F(SupervisorLogs, ATailOfNothingIsEmptyAndNoFault) {
    out->state = log_slice::status::missing;
    out->bytes.clear();
    EXPECT_EQ(tail(5, 10), "['', 0, false]");
    out->state = log_slice::status::unreadable;
    EXPECT_EQ(tail(5, 10), "['', 5, false]");
}

TEST_F(SupervisorLogs, BytesThatAreNoTextAreReplaced) {
    out->bytes = "caf\xC3\xA9 \x1B[0m";
    EXPECT_EQ(read(0, 4), "'caf\xEF\xBF\xBD'");
    EXPECT_EQ(read(0, 0), "'caf\xC3\xA9 \xEF\xBF\xBD[0m'");
}

}  // namespace
}  // namespace ringmaster::rpc

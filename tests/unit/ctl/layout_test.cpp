#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ctl/failure.hpp"
#include "ctl/help.hpp"
#include "ctl/status_table.hpp"

namespace ringmaster::ctl {
namespace {

process_line process(std::string group, std::string name, std::string state, std::string text) {
    process_line made;
    made.group = std::move(group);
    made.name = std::move(name);
    made.statename = std::move(state);
    made.description = std::move(text);
    return made;
}

TEST(StatusTable, AlignsNamesAndStatesAndKeepsThePaddingOfAnEmptyDescription) {
    const auto cat = process("cat", "cat", "RUNNING", "pid 14385, uptime 0:04:11");
    const auto member = process("grp", "ga", "STOPPED", "Not started");
    const auto fresh = process("newone", "newone", "STARTING", "");
    const std::vector<const process_line*> shown{&cat, &member, &fresh};
    EXPECT_EQ(status_table(shown),
              "cat                              RUNNING   pid 14385, uptime 0:04:11\n"
              "grp:ga                           STOPPED   Not started\n"
              "newone                           STARTING  \n");
}

TEST(StatusTable, TheLongestNameShownWidensTheColumn) {
    const auto longer = process("group", std::string(30, 'x'), "RUNNING", "d");
    const auto shorter = process("s", "s", "STOPPED", "d");
    const std::vector<const process_line*> shown{&longer, &shorter};
    EXPECT_EQ(status_table(shown), "group:" + std::string(30, 'x') + "   RUNNING   d\n" + "s" +
                                       std::string(38, ' ') + "STOPPED   d\n");
}

TEST(StatusTable, CountsCharactersInsteadOfBytes) {
    const auto umlaut = process("na\xC3\xAFve", "na\xC3\xAFve", "RUNNING", "d");
    const std::vector<const process_line*> shown{&umlaut};
    EXPECT_EQ(status_table(shown), "na\xC3\xAFve" + std::string(28, ' ') + "RUNNING   d\n");
}

TEST(Help, ListsTheActionsInColumns) {
    EXPECT_EQ(help_overview(),
              "\n"
              "default commands (type help <topic>):\n"
              "=====================================\n"
              "add    exit      open  reload  restart   start   tail   \n"
              "avail  fg        pid   remove  shutdown  status  update \n"
              "clear  maintail  quit  reread  signal    stop    version\n"
              "\n");
}

TEST(Help, ColumnsUseOneRowIfTheyFitAndOnePerNameIfTheyDoNot) {
    const std::vector<std::string_view> few{"a", "bb", "c"};
    EXPECT_EQ(columns(few), "a  bb  c\n");
    const std::string wide(60, 'w');
    const std::vector<std::string_view> many{wide, wide};
    EXPECT_EQ(columns(many), wide + "\n" + wide + "\n");
}

TEST(Failure, TheErrorLineCarriesClassMessageAndPlace) {
    const auto line = error_line(fault_failure(6, "SHUTDOWN_STATE"));
    EXPECT_TRUE(
        line.starts_with("error: <class 'xmlrpc.client.Fault'>, "
                         "<Fault 6: 'SHUTDOWN_STATE'>: file: layout_test.cpp line: "))
        << line;
    EXPECT_TRUE(
        error_line(system_failure(111))
            .starts_with(
                "error: <class 'ConnectionRefusedError'>, [Errno 111] Connection refused: file: "));
    EXPECT_TRUE(error_line(http_failure(500, "Internal Server Error"))
                    .starts_with("error: <class 'xmlrpc.client.ProtocolError'>, <ProtocolError for "
                                 "127.0.0.1/RPC2: 500 Internal Server Error>: file: "));
}

}  // namespace
}  // namespace ringmaster::ctl

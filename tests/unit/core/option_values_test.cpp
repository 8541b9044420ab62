// Every row of the option table is evaluated where it should be, takes what its type allows, and
// refuses what it does not, in Supervisor's words.

#include "core/option_values.hpp"

#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/client_config.hpp"
#include "support/load.hpp"

namespace ringmaster::core {
namespace {

struct samples {
    std::vector<std::string_view> good;
    std::string_view bad;
    std::string_view error;
};

const samples integers{
    {"0", "-7", "+5", "1_000", " 12 "}, "ten", "invalid literal for int() with base 10: 'ten'"};

/// By type, so that a new row of the table is tested at once.
const std::map<value_type, samples> samples_of{
    {value_type::integer, integers},
    {value_type::seconds, integers},
    {value_type::boolean,
     {{"true", "YES", "on", "1", "false", "No", "oFF", "0"},
      "maybe",
      "not a valid boolean value: 'maybe'"}},
    {value_type::byte_size,
     {{"0", "10", "5KB", "2 mb", "1gb", "-1"},
      "1.5MB",
      "invalid literal for int() with base 10: '1.5'"}},
    {value_type::octal, {{"022", "0o27", "0"}, "8", "8 can not be converted to an octal type"}},
    {value_type::exit_codes,
     {{"", "0", "0, 2,255"}, "256", "not a valid list of exit codes: '256'"}},
    {value_type::signal,
     {{"TERM", "sigusr1", "9", "RTMIN"}, "NOPE", "value 'NOPE' is not a valid signal name"}},
    {value_type::autorestart,
     {{"true", "No", "Unexpected"}, "Sometimes", "invalid 'autorestart' value 'sometimes'"}},
    {value_type::loglevel,
     {{"info", "DEBUG", "blather"}, "warning", "bad logging level name 'warning'"}},
    {value_type::directory, {{"/tmp", "~"}, "/no", "/no is not an existing directory"}},
    {value_type::dirpath,
     {{"/tmp/x", "x"}, "/no/x", "The directory named as part of the path /no/x does not exist"}},
    {value_type::logfile,
     {{"AUTO", "none", "off", "", "syslog", "/tmp/x"},
      "/no/x",
      "The directory named as part of the path /no/x does not exist"}},
    {value_type::user, {{"joe", "0"}, "jim", "Invalid user name jim"}},
    {value_type::variables,
     {{"", "A=1", "A=\"x y\",B='2'"}, "A", "Unexpected end of key/value pairs in value 'A'"}},
    {value_type::engine, {{"auto", "URING", "epoll"}, "select", "not an io_engine: 'select'"}},
    {value_type::thread_count, {{"1", "64"}, "65", "65 is not a number of threads from 1 to 64"}},
    {value_type::drain_memory,
     {{"1MB", "64mb", "1048576"}, "1000", "1000 bytes are less than 1MB"}},
    {value_type::concurrency, {{"0", "1", "5000"}, "-1", "-1 is less than 0"}},
    {value_type::text, {{"anything", "100%%"}, {}, {}}},
    {value_type::serverurl, {{"AUTO", "", "http://x:1"}, {}, {}}},
    {value_type::name,
     {{"x", "x-%(process_num)d"}, "a b", "Invalid name: 'a b' because of character: ' '"}},
    {value_type::path, {{"/tmp/x", "x", "~/x"}, {}, {}}},
    {value_type::client_url, {{"unix:///x", "http://x:1", "whatever"}, {}, {}}},
    {value_type::address,
     {{"1", ":65535", "*:9001", "Host:1"}, "x", "not a valid port number: 'x' "}},
    {value_type::user_and_group, {{"joe", "0:0", "joe:users"}, "joe:none", ""}},
    {value_type::events, {{"EVENT", "tick_5, TICK_5,PROCESS_LOG"}, "x", "Unknown event type X"}},
    {value_type::entry_point, {{}, "os:system", ""}},
    {value_type::socket,
     {{"unix:///tmp/x", "tcp://Host:1"}, "/tmp/x", "('Bad socket format %s', '/tmp/x')"}},
    {value_type::backlog, {{"1", "65535"}, "0", "Invalid socket_backlog value 0"}},
    {value_type::list, {{"", "one", "one, two"}, {}, {}}},
    {value_type::words, {{"", "*.conf b.conf"}, {}, {}}},
    {value_type::ignored, {{"x"}, {}, {}}},
};

using rows = std::vector<const option*>;

rows rows_of(section_kind kind) {
    rows out;
    for (const auto& row : options_of(kind)) out.push_back(&row);
    if (kind == section_kind::listener || kind == section_kind::fcgi)
        for (const auto& row : options_of(section_kind::program))
            if (find_option(kind, row.name) == &row) out.push_back(&row);
    return out;
}

/// The section with one option set, and what else it needs.
std::string file_with(const option_section& section, const option& set, std::string_view value) {
    std::string out = "[supervisord]\n";
    if (section.kind == section_kind::group)
        out += "[program:one]\ncommand=x\n[program:two]\ncommand=x\n";
    out += fmt::format("{}\n", section.header);
    for (const auto* row : rows_of(section.kind))
        if (row->required() && row != &set)
            out += fmt::format("{}={}\n", row->name, row->example());
    if (find_option(section.kind, "port") != nullptr ||
        find_option(section.kind, "file") != nullptr)
        out += "username=both\npassword=both\n";
    if (set.name == "numprocs") out += "process_name=%(process_num)d\n";
    return out + fmt::format("{}={}\n", set.name, value);
}

std::string complaint_about(section_kind kind, const std::string& file) {
    test::fake_host machine;
    for (const auto* name : {"daemon", "www-data"}) machine.users.push_back({name, 1, 1, {1}});
    if (kind != section_kind::supervisorctl) return test::complaint(file, machine);
    machine.files["/etc/s.conf"] = file;
    const auto got = load_client_config("/etc/s.conf", "ctl", machine);
    return got ? "accepted" : got.error().text;
}

/// How Supervisor ends a complaint about a program's option. A priority is read by the group first,
/// and so are what listeners must not have and the owner of a socket.
std::string_view end_of_complaint(section_kind kind, const option& row) {
    const bool by_group = row.name == "priority" ||
                          (kind == section_kind::listener && row.name == "redirect_stderr") ||
                          (kind == section_kind::fcgi && row.name == "user");
    if (find_option(section_kind::program, row.name) != &row || by_group) return "";
    return kind == section_kind::program
               ? " in section 'program:theprogramname' (file: '/etc/s.conf')"
           : kind == section_kind::listener
               ? " in section 'eventlistener:theeventlistenername' (file: '/etc/s.conf')"
               : " in section 'fcgi-program:thefcgiprogramname' (file: '/etc/s.conf')";
}

/// Calls `check` for every option of every section.
template <class Check>
void for_all_rows(Check check) {
    for (const auto& section : option_sections())
        for (const auto* row : rows_of(section.kind)) check(section, *row);
}

TEST(OptionValues, EveryOptionOfTheTableIsEvaluated) {
    for_all_rows([](const option_section& section, const option& row) {
        if (row.type == value_type::ignored) return;
        const auto said = complaint_about(section.kind, file_with(section, row, "%(nope)s"));
        EXPECT_TRUE(said.starts_with("Format string '%(nope)s' for '") &&
                    said.find(fmt::format("{}' contains names ('nope')", row.name)) != said.npos)
            << section.header << row.name << ": " << said;
    });
}

TEST(OptionValues, GoodOnesAreTaken) {
    for_all_rows([](const option_section& section, const option& row) {
        auto good = samples_of.at(row.type).good;
        good.push_back(row.example());
        if (section.kind == section_kind::listener) {
            // Its stdout is its protocol.
            if (row.name == "redirect_stderr") good = {"no"};
            if (row.name == "buffer_size") good = {"1", "20"};
        }
        for (const auto value : good)
            EXPECT_EQ(complaint_about(section.kind, file_with(section, row, value)), "accepted")
                << section.header << row.name << "=" << value;
    });
}

TEST(OptionValues, BadOnesAreRefusedInSupervisorsWords) {
    for_all_rows([](const option_section& section, const option& row) {
        const auto& [good, bad, why] = samples_of.at(row.type);
        if (bad.empty()) return;
        const auto header = section.header.substr(1, section.header.size() - 2);
        const auto expected = fmt::format(fmt::runtime(row.complaint), fmt::arg("why", why),
                                          fmt::arg("value", bad), fmt::arg("section", header));
        EXPECT_EQ(complaint_about(section.kind, file_with(section, row, bad)),
                  fmt::format("{}{}", expected, end_of_complaint(section.kind, row)))
            << section.header << row.name;
    });
}

}  // namespace
}  // namespace ringmaster::core

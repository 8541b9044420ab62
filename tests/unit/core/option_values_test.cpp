// Every option that has a type refuses what the type does not allow, in Supervisor's words.

#include "core/option_values.hpp"

#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>

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
    {value_type::text, {{"anything", "100%%"}, {}, {}}},
    {value_type::serverurl, {{"AUTO", "", "http://x:1"}, {}, {}}},
    {value_type::name,
     {{"x", "x-%(process_num)d"}, "a b", "Invalid name: 'a b' because of character: ' '"}},
    {value_type::ignored, {{"x"}, {}, {}}},
};

/// Checks every row against its type's samples; `file` makes a configuration of "option=value".
template <class File>
void check_rows(section_kind kind, std::string_view suffix, File file) {
    for (const auto& row : options_of(kind)) {
        const auto known = samples_of.find(row.type);
        ASSERT_NE(known, samples_of.end()) << row.name;
        for (const auto value : known->second.good)
            EXPECT_EQ(test::complaint(file(row, value)), "accepted") << row.name << "=" << value;
        if (known->second.bad.empty()) continue;
        // A non-grouped program's priority is read by its group first, which names no section.
        EXPECT_EQ(test::complaint(file(row, known->second.bad)),
                  fmt::format("{}{}", known->second.error, row.name == "priority" ? "" : suffix))
            << row.name;
    }
}

TEST(OptionValues, OfSupervisordAreCheckedByTheirTypes) {
    check_rows(section_kind::supervisord, "", [](const option& row, std::string_view value) {
        return fmt::format("[supervisord]\n{}={}\n", row.name, value);
    });
}

TEST(OptionValues, OfProgramsAreCheckedByTheirTypes) {
    check_rows(section_kind::program, " in section 'program:x' (file: '/etc/s.conf')",
               [](const option& row, std::string_view value) {
                   return fmt::format(
                       "[supervisord]\n[program:x]\n{}{}{}={}\n", row.required ? "" : "command=x\n",
                       row.name == "numprocs" ? "process_name=%(process_num)d\n" : "", row.name,
                       value);
               });
}

}  // namespace
}  // namespace ringmaster::core

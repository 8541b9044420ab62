#include "core/option_table.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "core/option_reading.hpp"
#include "core/option_values.hpp"
#include "core/sample_config.hpp"
#include "support/load.hpp"

namespace ringmaster::core {
namespace {

TEST(OptionTable, NamesAreUniqueAndExplained) {
    for (const auto& section : option_sections()) {
        std::set<std::string_view> names;
        for (const auto& row : section.options) {
            EXPECT_TRUE(names.insert(row.name).second) << section.header << row.name;
            EXPECT_FALSE(row.help.empty()) << section.header << row.name;
            EXPECT_FALSE(row.fallback.empty() && row.sample.empty() &&
                         row.type != value_type::ignored)
                << section.header << row.name;
        }
    }
}

TEST(OptionTable, CommandLineLettersAreUnique) {
    std::set<char> letters{'c', 'h', '?', 'v'};
    for (const auto& row : options_of(section_kind::supervisord)) {
        if (row.command_line.letter == '\0') continue;
        EXPECT_TRUE(letters.insert(row.command_line.letter).second) << row.name;
    }
}

/// `made` is what comes of a section that says no more than it must.
template <class Owner>
void check_fallbacks(section_kind kind, const Owner& made) {
    const test::fake_host machine;
    machine_types types(machine, machine.cwd);
    for (const auto& row : options_of(kind)) {
        if (row.fallback.empty() || row.type == value_type::name) continue;
        auto assigned = made;
        ASSERT_TRUE(assign_field(row, row.fallback, assigned, types)) << row.name;
        EXPECT_EQ(read_option(row, assigned), read_option(row, made)) << row.name;
    }
}

// The defaults of the rows and those of the structs are written in two places.
TEST(OptionTable, FallbacksAreTheDefaultsOfTheModel) {
    const auto got = test::load(
        "[supervisord]\n[unix_http_server]\nfile=x\n[inet_http_server]\nport=1\n"
        "[program:p]\ncommand=x\n[eventlistener:l]\ncommand=x\nevents=TICK\n"
        "[fcgi-program:f]\ncommand=x\nsocket=unix:///x\n[group:g]\n");
    ASSERT_TRUE(got) << got.error().text;
    const auto group = [&](std::string_view name) {
        return *std::ranges::find(got->groups, name, &group_config::name);
    };
    auto daemon = got->daemon;
    daemon.logfile = "supervisord.log";  // before they were made absolute
    daemon.pidfile = "supervisord.pid";
    check_fallbacks(section_kind::supervisord, daemon);
    check_fallbacks(section_kind::inet_server, got->servers.at(0));
    check_fallbacks(section_kind::unix_server, got->servers.at(1));
    check_fallbacks(section_kind::program, group("p").processes.at(0));
    check_fallbacks(section_kind::listener, group("l"));
    check_fallbacks(section_kind::fcgi, *group("f").processes.at(0).fcgi_socket);
    check_fallbacks(section_kind::group, group("g"));
    EXPECT_EQ(find_option(section_kind::supervisorctl, "serverurl")->fallback,
              client_config{}.serverurl);
    EXPECT_EQ(find_option(section_kind::supervisorctl, "prompt")->fallback, client_config{}.prompt);
}

TEST(OptionTable, FindsProgramOptionsInListenersAndFcgiPrograms) {
    EXPECT_EQ(find_option(section_kind::listener, "priority")->fallback, "-1");
    EXPECT_EQ(find_option(section_kind::listener, "command"),
              find_option(section_kind::program, "command"));
    EXPECT_NE(find_option(section_kind::fcgi, "startsecs"), nullptr);
    EXPECT_EQ(find_option(section_kind::group, "command"), nullptr);
}

TEST(SampleConfig, CanBeUsedAsItIs) {
    const auto got = test::load(sample_config());
    ASSERT_TRUE(got) << got.error().text;
    EXPECT_EQ(got->server_url, "unix:///tmp/supervisor.sock");
    EXPECT_EQ(got->rpc_interfaces.size(), 1U);
    EXPECT_TRUE(got->groups.empty());
}

TEST(SampleConfig, ShowsEveryOption) {
    const auto sample = sample_config();
    for (const auto& section : option_sections()) {
        EXPECT_NE(sample.find(section.header), std::string::npos) << section.header;
        for (const auto& row : section.options)
            EXPECT_NE(sample.find(std::string(row.name) + "="), std::string::npos) << row.name;
    }
}

/// The sample with all comment marks in front of options and headers taken away.
std::string without_marks(std::string_view sample) {
    std::string out;
    while (!sample.empty()) {
        const auto end = sample.find('\n');
        auto line = sample.substr(0, end);
        sample.remove_prefix(end + 1);
        if (line.starts_with(";") && !line.starts_with("; ")) line.remove_prefix(1);
        out += std::string(line) + "\n";
    }
    return out;
}

TEST(SampleConfig, EveryLineOfItIsValid) {
    test::fake_host machine;
    machine.users.push_back({"daemon", 1, 1, {1}});
    machine.users.push_back({"www-data", 33, 33, {33}});
    auto text = without_marks(sample_config());
    // The names in the group are an example, too.
    text += "\n[program:one]\ncommand=x\n[program:two]\ncommand=x\n";
    const auto got = test::load(text, machine);
    ASSERT_TRUE(got) << got.error().text;
    EXPECT_EQ(got->servers.size(), 2U);
    EXPECT_EQ(got->groups.size(), 4U);
}

}  // namespace
}  // namespace ringmaster::core

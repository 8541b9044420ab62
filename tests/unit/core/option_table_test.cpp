#include "core/option_table.hpp"

#include <set>

#include <gtest/gtest.h>

#include "core/config_diff.hpp"
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

// The defaults of the rows and those of the structs are written in two places.
TEST(OptionTable, FallbacksAreTheDefaultsOfTheModel) {
    const test::fake_host machine;
    machine_types types(machine);
    for (const auto& row : options_of(section_kind::program)) {
        if (row.fallback.empty() || row.type == value_type::name) continue;
        process_config assigned;
        ASSERT_TRUE(assign_field(row, row.process, row.fallback, assigned, types)) << row.name;
        EXPECT_TRUE(same_process(assigned, process_config{})) << row.name;
    }
    const daemon_config daemon;
    for (const auto& row : options_of(section_kind::supervisord)) {
        if (row.fallback.empty() || row.type == value_type::dirpath) continue;
        daemon_config assigned;
        ASSERT_TRUE(assign_field(row, row.daemon, row.fallback, assigned, types)) << row.name;
        EXPECT_EQ(assigned.minfds, daemon.minfds);
        EXPECT_EQ(assigned.minprocs, daemon.minprocs);
        EXPECT_EQ(assigned.umask, daemon.umask);
        EXPECT_EQ(assigned.logfile_maxbytes, daemon.logfile_maxbytes);
        EXPECT_EQ(assigned.logfile_backups, daemon.logfile_backups);
        EXPECT_EQ(assigned.loglevel, daemon.loglevel);
        EXPECT_EQ(assigned.identifier, daemon.identifier);
        EXPECT_EQ(assigned.nodaemon || assigned.silent || assigned.nocleanup || assigned.strip_ansi,
                  false);
        EXPECT_EQ(assigned.io_engine, daemon.io_engine);
        EXPECT_EQ(assigned.io_threads, daemon.io_threads);
    }
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

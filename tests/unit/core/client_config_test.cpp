#include "core/client_config.hpp"

#include <gtest/gtest.h>

#include "support/fake_host.hpp"

namespace ringmaster::core {
namespace {

result<client_config, config_error> load(std::string_view text) {
    test::fake_host machine;
    machine.files["/etc/c.conf"] = text;
    return load_client_config("/etc/c.conf", "/usr/bin/ringmasterctl", machine);
}

TEST(ClientConfig, WithoutAnyFileDefaultsHold) {
    const auto got = load_client_config(std::nullopt, "/usr/bin/ringmasterctl", test::fake_host());
    ASSERT_TRUE(got) << got.error().text;
    EXPECT_EQ(got->serverurl, "http://localhost:9001");
    EXPECT_EQ(got->username, std::nullopt);
    EXPECT_EQ(got->password, std::nullopt);
    EXPECT_EQ(got->prompt, "supervisor");
    EXPECT_EQ(got->history_file, std::nullopt);
}

TEST(ClientConfig, SearchesWhereTheDaemonDoes) {
    test::fake_host machine;
    machine.files["/etc/supervisor/supervisord.conf"] = "[supervisorctl]\nprompt=far\n";
    EXPECT_EQ(load_client_config(std::nullopt, "x", machine)->prompt, "far");
    machine.files["/srv/supervisord.conf"] = "[supervisorctl]\nprompt=near\n";
    EXPECT_EQ(load_client_config(std::nullopt, "x", machine)->prompt, "near");
}

TEST(ClientConfig, EveryOptionIsTaken) {
    const auto got = load(
        "[supervisorctl]\nserverurl=unix://%(here)s/../s.sock\nusername=%(ENV_LANG)s\n"
        "password=p\nprompt=mine\nhistory_file=~/.h\n[include]\nfiles=ignored\n");
    ASSERT_TRUE(got) << got.error().text;
    EXPECT_EQ(got->serverurl, "unix:///s.sock");
    EXPECT_EQ(got->username, "C");
    EXPECT_EQ(got->password, "p");
    EXPECT_EQ(got->prompt, "mine");
    EXPECT_EQ(got->history_file, "/home/joe/.h");
    EXPECT_EQ(load("[supervisorctl]\nserverurl=unix://~/s\n")->serverurl, "unix:///home/joe/s");
    EXPECT_EQ(load("[supervisorctl]\nserverurl=whatever\n")->serverurl, "whatever");
}

TEST(ClientConfig, AnEmptyPasswordIsOne) {
    EXPECT_EQ(load("[supervisorctl]\npassword=\n")->password, "");
}

TEST(ClientConfig, PluginsAreNoted) {
    const auto got = load("[ctlplugin:a]\nx=1\n[supervisorctl]\n[ctlplugin:b]\n[ctlplugins]\n");
    ASSERT_TRUE(got) << got.error().text;
    EXPECT_EQ(got->ignored_plugins, (std::vector<std::string>{"ctlplugin:a", "ctlplugin:b"}));
}

TEST(ClientConfig, Complaints) {
    EXPECT_EQ(load("[supervisord]\n").error().text,
              ".ini file does not include supervisorctl section");
    EXPECT_EQ(load("[supervisorctl]\nprompt=%(here)s\n").error().text,
              "Format string '%(here)s' for 'supervisorctl.prompt' contains names ('here') which "
              "cannot be expanded. Available names: ENV_HOME, ENV_LANG");
    EXPECT_EQ(load("[supervisorctl]\npassword=50%\n").error().text,
              "Format string '50%' for 'supervisorctl.password' is badly formatted: incomplete "
              "format");
    EXPECT_EQ(load_client_config("/no", "x", test::fake_host()).error().text,
              "could not find config file /no");
    EXPECT_EQ(load("broken\n").error().text.substr(0, 33), "File contains no section headers.");
}

}  // namespace
}  // namespace ringmaster::core

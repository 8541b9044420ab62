#include "http/router.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_dashboard.hpp"
#include "http/static_files.hpp"
#include "http/url.hpp"
#include "run_task.hpp"

namespace ringmaster::http {
namespace {

using testing::HasSubstr;
using testing::Not;

task<rpc_answer> echo(std::string body) {
    rpc_answer out{body == "bad" ? 400 : 200, "<" + body + ">"};
    co_return out;
}

request make(std::string method, std::string target, field_list fields = {}) {
    request in;
    in.method = std::move(method);
    in.target = std::move(target);
    const std::size_t mark = in.target.find('?');
    in.path = percent_decode(std::string_view{in.target}.substr(0, mark));
    if (mark != std::string::npos) in.query = in.target.substr(mark + 1);
    in.fields = std::move(fields);
    return in;
}

std::string_view field(const response& out, std::string_view name) {
    for (const auto& [key, value] : out.fields)
        if (key == name) return value;
    return {};
}

class Router : public testing::Test {
protected:
    core::process_info process(const char* group, const char* name, core::process_state state) {
        core::process_info info;
        info.group = group;
        info.name = name;
        info.state = state;
        return info;
    }

    /// What a client gets: a refusal or an answer.
    answer ask(const request& in) {
        if (auto refusal = app.refuse(in)) return *refusal;
        return run_task(app.handle(in));
    }
    response get(std::string target, field_list fields = {}) {
        return std::get<response>(ask(make("GET", std::move(target), std::move(fields))));
    }
    std::string message_of(const response& out) {
        EXPECT_EQ(out.status, 301);
        const std::string prefix = "/?message=";
        const std::string location{field(out, "Location")};
        EXPECT_EQ(location.substr(0, prefix.size()), prefix);
        return percent_decode(location.substr(prefix.size()));
    }

    fake_dashboard daemon;
    router app{basic_auth{}, daemon, echo};
};

TEST_F(Router, SendsPostsToRpc2ToTheInjectedHandler) {
    request in = make("POST", "/RPC2", {{"content-length", "4"}});
    in.body = "call";
    const auto out = std::get<response>(ask(in));
    EXPECT_EQ(out.status, 200);
    EXPECT_EQ(out.content_type, "text/xml");
    EXPECT_EQ(out.body, "<call>");
}

TEST_F(Router, AnswersARefusedCallWithTheErrorPage) {
    request in = make("POST", "/RPC2", {{"content-length", "3"}});
    in.body = "bad";
    const auto out = std::get<response>(ask(in));
    EXPECT_EQ(out.status, 400);
    EXPECT_EQ(out.content_type, "text/html");
    EXPECT_THAT(out.body, HasSubstr("<p>Error code 400."));
}

TEST_F(Router, ChecksAnRpcRequestBeforeItsBodyIsRead) {
    EXPECT_EQ(app.refuse(make("GET", "/RPC2"))->status, 400);
    EXPECT_EQ(app.refuse(make("post", "/RPC2"))->status, 400);
    EXPECT_EQ(app.refuse(make("POST", "/RPC2"))->status, 411);
    EXPECT_TRUE(app.refuse(make("POST", "/RPC2"))->close);
    EXPECT_EQ(app.refuse(make("POST", "/RPC2", {{"content-length", "0"}}))->status, 400);
    EXPECT_FALSE(app.refuse(make("POST", "/RPC2", {{"transfer-encoding", "chunked"}})));
}

TEST_F(Router, MatchesTheFirstOfTheSpecifiedRoutes) {
    EXPECT_EQ(find_route("GET", "/RPC2xyz"), route::rpc);
    EXPECT_EQ(find_route("GET", "/logtail/a"), route::process_log);
    EXPECT_EQ(find_route("GET", "/mainlogtail/whatever"), route::main_log);
    EXPECT_EQ(find_route("POST", "//index.html"), route::page);
    EXPECT_EQ(find_route("GET", "/index.html;x=1"), route::page);
    EXPECT_EQ(find_route("GET", "/index.html/"), route::file);
    EXPECT_EQ(find_route("HEAD", "/"), route::file);
    EXPECT_EQ(find_route("GET", "http://h/index.html"), route::file);
}

TEST_F(Router, EveryUrlNeedsTheListenersPassword) {
    router guarded{basic_auth{"user", "secret"}, daemon, echo};
    for (const char* target : {"/", "/RPC2", "/stylesheets/supervisor.css", "/nowhere"}) {
        const auto out = guarded.refuse(make("GET", target));
        ASSERT_TRUE(out) << target;
        EXPECT_EQ(out->status, 401);
        EXPECT_EQ(field(*out, "WWW-Authenticate"), "Basic realm=\"default\"");
        EXPECT_TRUE(out->close);
    }
    const field_list right = {{"authorization", "Basic dXNlcjpzZWNyZXQ="}};
    EXPECT_FALSE(guarded.refuse(make("GET", "/", right)));
    EXPECT_EQ(guarded.refuse(make("GET", "/", {{"authorization", "Basic x"}}))->status, 400);
    EXPECT_EQ(guarded.refuse(make("GET", "/", {{"authorization", "Digest x"}}))->status, 401);
    EXPECT_TRUE(daemon.lines.contains("unknown/unsupported auth method: Digest"));
}

TEST_F(Router, OkHtmlSaysOk) {
    const response out = get("/ok.html");
    EXPECT_EQ(out.status, 200);
    EXPECT_EQ(out.content_type, "text/plain");
    EXPECT_EQ(out.body, "OK");
    EXPECT_TRUE(out.fields.empty());
}

TEST_F(Router, StatusPageShowsEveryProcessWithItsActions) {
    daemon.all = {process("crash", "crash", core::process_state::fatal),
                  process("grp", "p", core::process_state::running),
                  process("slow", "slow", core::process_state::starting)};
    const response out = get("/");
    EXPECT_EQ(out.status, 200);
    EXPECT_EQ(out.content_type, "text/html;charset=utf-8");
    EXPECT_EQ(field(out, "Cache-Control"), "no-cache");
    EXPECT_THAT(out.body, HasSubstr("<title>Supervisor Status</title>"));
    EXPECT_THAT(out.body, HasSubstr("<span class=\"statusrunning\">running</span>"));
    EXPECT_THAT(out.body, HasSubstr("<span class=\"statuserror\">fatal</span>"));
    EXPECT_THAT(out.body, HasSubstr("<span class=\"statusnominal\">starting</span>"));
    EXPECT_THAT(out.body, HasSubstr("tail.html?processname=grp%3Ap"));
    EXPECT_THAT(out.body, HasSubstr("href=\"index.html?processname=grp%3Ap&amp;action=restart\""));
    EXPECT_THAT(out.body, HasSubstr("href=\"index.html?processname=grp%3Ap&amp;action=stop\""));
    EXPECT_THAT(out.body, HasSubstr("href=\"index.html?processname=crash&amp;action=start\""));
    EXPECT_THAT(out.body, Not(HasSubstr("processname=slow&amp;action=stop")));
    EXPECT_THAT(out.body, HasSubstr("href=\"logtail/grp%3Ap/stderr\""));
    EXPECT_THAT(out.body, Not(HasSubstr("<script")));
}

TEST_F(Router, StatusPageWithoutProcessesSaysSo) {
    EXPECT_THAT(get("/").body, HasSubstr("No programs to manage"));
}

TEST_F(Router, StatusPageIsShownDuringShutdown) {
    daemon.current = core::daemon_state::shutdown;
    const response out = get("/");
    EXPECT_EQ(out.status, 200);
    EXPECT_THAT(out.body, HasSubstr("shutting down"));
}

TEST_F(Router, NothingFromOutsideReachesAPageUnescaped) {
    core::process_info nasty = process("<g>", "\"><script>", core::process_state::fatal);
    nasty.spawnerr = "<b>&lt;";
    daemon.all = {nasty};
    const response status = get("/?message=%3Cscript%3Ealert(1)%3C/script%3E");
    EXPECT_THAT(status.body, Not(HasSubstr("<script")));
    EXPECT_THAT(status.body, Not(HasSubstr("<b>")));
    EXPECT_THAT(status.body, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
    EXPECT_THAT(status.body, HasSubstr("&lt;b&gt;&amp;lt;"));
    daemon.tail_text = "</pre><script>\xff&lt;";
    const response tail = get("/tail.html?processname=%22%3E%3Cscript%3E");
    EXPECT_THAT(tail.body, Not(HasSubstr("<script")));
    EXPECT_THAT(tail.body, HasSubstr("&lt;/pre&gt;&lt;script&gt;\xEF\xBF\xBD&amp;lt;"));
}

TEST_F(Router, WholeDaemonActionsRedirectWithTheirMessage) {
    EXPECT_THAT(message_of(get("/index.html?action=refresh")),
                testing::StartsWith("Page refreshed at "));
    EXPECT_THAT(message_of(get("/?action=stopall")), testing::StartsWith("All stopped at "));
    EXPECT_THAT(message_of(get("/?action=restartall")), testing::StartsWith("All restarted at "));
    EXPECT_EQ(daemon.calls, (std::vector<std::string>{"supervisor.stopAllProcesses ",
                                                      "supervisor.stopAllProcesses ",
                                                      "supervisor.startAllProcesses "}));
}

TEST_F(Router, WholeDaemonActionsClaimNothingWhileTheDaemonStops) {
    const std::string refused = "unexpected rpc fault [6] SHUTDOWN_STATE";
    daemon.results["supervisor.startAllProcesses"] = {6, "SHUTDOWN_STATE"};
    EXPECT_EQ(message_of(get("/?action=restartall")), refused);
    daemon.results["supervisor.stopAllProcesses"] = {6, "SHUTDOWN_STATE"};
    daemon.calls.clear();
    EXPECT_EQ(message_of(get("/?action=restartall")), refused);
    EXPECT_EQ(message_of(get("/?action=stopall")), refused);
    EXPECT_EQ(daemon.calls, (std::vector<std::string>{"supervisor.stopAllProcesses ",
                                                      "supervisor.stopAllProcesses "}));
}

TEST_F(Router, ProcessActionsRedirectWithTheirMessage) {
    daemon.all = {process("grp", "p", core::process_state::running)};
    const auto act = [this](const std::string& action) {
        return message_of(get("/?processname=grp:p&action=" + action));
    };
    EXPECT_EQ(act("start"), "Process grp:p started");
    EXPECT_EQ(act("stop"), "Process grp:p stopped");
    EXPECT_EQ(act("restart"), "Process grp:p restarted");
    EXPECT_EQ(act("clearlog"), "Log for grp:p cleared");
    EXPECT_THAT(daemon.calls, testing::Contains("supervisor.stopProcess grp:p"));
    EXPECT_THAT(daemon.calls, testing::Contains("supervisor.clearProcessLogs grp:p"));
}

TEST_F(Router, FailedActionsSayWhy) {
    daemon.all = {process("p", "p", core::process_state::running)};
    const auto start = [this](int code, const char* text) {
        daemon.results["supervisor.startProcess"] = {code, text};
        return message_of(get("/?processname=p&action=start"));
    };
    EXPECT_EQ(start(60, "ALREADY_STARTED: p"), "ERROR: Process p: already started");
    EXPECT_EQ(start(20, "NO_FILE: x"), "ERROR: Process p: no such file");
    EXPECT_EQ(start(21, "NOT_EXECUTABLE: x"), "ERROR: Process p: file not executable");
    EXPECT_EQ(start(50, "SPAWN_ERROR: p"), "ERROR: Process p: spawn error");
    EXPECT_EQ(start(40, "ABNORMAL_TERMINATION: p"), "ERROR: Process p: abnormal termination");
    EXPECT_EQ(start(6, "SHUTDOWN_STATE"),
              "ERROR: Process p: unexpected rpc fault [6] SHUTDOWN_STATE");
    daemon.results["supervisor.stopProcess"] = {70, "NOT_RUNNING: p"};
    EXPECT_EQ(message_of(get("/?processname=p&action=stop")),
              "unexpected rpc fault [70] NOT_RUNNING: p");
    EXPECT_EQ(message_of(get("/?processname=p&action=restart")), "Process p restarted");
}

TEST_F(Router, ActionsNeedAKnownProcessAndAKnownName) {
    daemon.all = {process("p", "p", core::process_state::running)};
    EXPECT_EQ(message_of(get("/?processname=q&action=start")), "No such process named q");
    EXPECT_EQ(message_of(get("/?processname=q&action=dance")), "No such process named q");
    EXPECT_EQ(message_of(get("/?processname=p:*&action=stop")), "No such process named p:*");
    EXPECT_EQ(get("/?processname=p&action=dance").status, 500);
    EXPECT_EQ(get("/?action=start").status, 500);
    EXPECT_EQ(get("/?processname=p&action=Start").status, 500);
    EXPECT_EQ(get("/?action=").status, 200);
    EXPECT_TRUE(daemon.calls.empty());
}

TEST_F(Router, AFormWorksLikeAQueryAndOverridesIt) {
    daemon.all = {process("p", "p", core::process_state::running)};
    request in = make("POST", "/?action=stop&processname=q", {{"content-length", "1"}});
    in.body = "processname=p";
    EXPECT_EQ(message_of(std::get<response>(ask(in))), "Process p stopped");
    EXPECT_EQ(app.refuse(make("POST", "/"))->status, 411);
}

TEST_F(Router, ActionsFromOtherSitesAreForbidden) {
    const auto status = [this](field_list fields) {
        return get("/?action=stopall", std::move(fields)).status;
    };
    EXPECT_EQ(status({{"sec-fetch-site", "cross-site"}}), 403);
    EXPECT_EQ(status({{"host", "a:9001"}, {"origin", "http://evil.example"}}), 403);
    EXPECT_EQ(status({{"host", "a:9001"}, {"referer", "http://evil.example/a:9001"}}), 403);
    EXPECT_EQ(status({{"host", "a:9001"}, {"origin", "null"}}), 403);
    EXPECT_TRUE(daemon.calls.empty());
    EXPECT_EQ(status({{"host", "a:9001"}, {"referer", "http://a:9001/?message=x"}}), 301);
    EXPECT_EQ(status({{"host", "a:9001"}, {"sec-fetch-site", "same-origin"}}), 301);
    EXPECT_EQ(status({{"host", "a:9001"}}), 301);
    EXPECT_EQ(get("/", {{"sec-fetch-site", "cross-site"}}).status, 200);
    EXPECT_EQ(app.refuse(make("POST", "/RPC2",
                              {{"content-length", "5"}, {"sec-fetch-site", "cross-site"}}))
                  ->status,
              403);
}

TEST_F(Router, TailPageShowsTheEndOfTheLog) {
    daemon.tail_text = "line 1\nline 2\n";
    const response out = get("/tail.html?processname=grp:p&limit=5000");
    EXPECT_EQ(daemon.tail_bytes, 5000);
    EXPECT_THAT(out.body, HasSubstr("<title>Supervisor tail of process grp:p</title>"));
    EXPECT_THAT(out.body, HasSubstr("<pre>line 1\nline 2\n</pre>"));
    EXPECT_THAT(out.body, HasSubstr("href=\"tail.html?processname=grp%3Ap&amp;limit=5000\""));
}

TEST_F(Router, TailPageHasALowestLimit) {
    for (const char* limit : {"1023", "-5", "abc", "12x", "0x800"}) {
        (void)get(std::string{"/tail.html?processname=p&limit="} + limit);
        EXPECT_EQ(daemon.tail_bytes, 1024) << limit;
    }
}

TEST_F(Router, TailPageExplainsWhatIsMissing) {
    const response nameless = get("/tail.html");
    EXPECT_THAT(nameless.body, HasSubstr("No process name found"));
    EXPECT_THAT(nameless.body, Not(HasSubstr("Refresh")));
    EXPECT_THAT(get("/tail.html?processname=p").body, HasSubstr("No file for p"));
    daemon.tail_result = {10, "BAD_NAME: p"};
    const response unknown = get("/tail.html?processname=p");
    EXPECT_EQ(unknown.status, 200);
    EXPECT_THAT(unknown.body, HasSubstr("ERROR: unexpected rpc fault [10] BAD_NAME: p"));
}

TEST_F(Router, LogStreamsNeedAnExistingLog) {
    daemon.logs["p/stdout"] = "/nonexistent/log";
    daemon.logs["p/stdlog"] = "/proc/self/exe";
    EXPECT_EQ(get("/logtail/p").status, 404);
    EXPECT_EQ(get("/logtail/q").status, 404);
    EXPECT_EQ(get("/logtail/p/stdlog").status, 404);
    EXPECT_EQ(get("/logtail").status, 404);
    EXPECT_EQ(get("/mainlogtail").status, 404);
    EXPECT_EQ(app.refuse(make("HEAD", "/logtail/p"))->status, 400);
    EXPECT_EQ(app.refuse(make("POST", "/mainlogtail"))->status, 400);
}

TEST_F(Router, ServesItsOwnFilesAndNothingElse) {
    const response css = get("/stylesheets/supervisor.css");
    EXPECT_EQ(css.status, 200);
    EXPECT_EQ(css.content_type, "text/css");
    EXPECT_EQ(css.body, style_sheet());
    const std::string modified{field(css, "Last-Modified")};
    EXPECT_EQ(get("/stylesheets/supervisor.css", {{"if-modified-since", modified}}).status, 304);
    EXPECT_EQ(
        get("/stylesheets/supervisor.css", {{"if-modified-since", "Sun, 06 Nov 1994 08:49:37 GMT"}})
            .status,
        200);
    EXPECT_EQ(get("/stylesheets/../../etc/passwd").status, 404);
    EXPECT_EQ(get("/%2e%2e/%2e%2e/etc/passwd").status, 404);
    EXPECT_EQ(get("/status.html").status, 404);
    EXPECT_EQ(get("/images").status, 301);
    EXPECT_EQ(app.refuse(make("DELETE", "/anything"))->status, 400);
    EXPECT_EQ(app.refuse(make("OPTIONS", "*"))->status, 400);
}

}  // namespace
}  // namespace ringmaster::http

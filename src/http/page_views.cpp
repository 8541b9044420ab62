#include "http/page_views.hpp"

#include <string_view>

#include "http/html.hpp"
#include "http/http_date.hpp"
#include "http/url.hpp"

namespace ringmaster::http {
namespace {

using core::process_state;

/// Well-formed XML as well as HTML, because scripts parse it as either.
std::string page_start(std::string_view title) {
    std::string out =
        "<!DOCTYPE html>\n"
        "<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n"
        "<meta charset=\"utf-8\"/>\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>";
    out += escape_html(title);
    out +=
        "</title>\n<link href=\"stylesheets/supervisor.css\" rel=\"stylesheet\" type=\"text/css\"/>"
        "\n<link href=\"images/icon.svg\" rel=\"icon\" type=\"image/svg+xml\"/>\n</head>\n";
    return out;
}

std::string lower_state(process_state state) {
    std::string out{core::state_name(state)};
    for (char& each : out) each = static_cast<char>(each - 'A' + 'a');
    return out;
}

std::string_view state_class(process_state state) {
    switch (state) {
        case process_state::running: return "statusrunning";
        case process_state::fatal:
        case process_state::backoff: return "statuserror";
        case process_state::stopped:
        case process_state::starting:
        case process_state::stopping:
        case process_state::exited:
        case process_state::unknown: return "statusnominal";
    }
    return "statusnominal";
}

std::string link(const std::string& target, std::string_view text, bool new_window) {
    std::string out = "<li><a href=\"" + escape_html(target) + "\" name=\"";
    out.append(text).append("\"");
    if (new_window) out += " target=\"_blank\" rel=\"noopener\"";
    out.append(">").append(text).append("</a></li>");
    return out;
}

constexpr std::string_view hidden_link = "<li><a href=\"#\" class=\"hidden\"></a></li>";

std::string action_list(process_state state, const std::string& encoded) {
    const std::string target = "index.html?processname=" + encoded + "&action=";
    const bool startable = state == process_state::stopped || state == process_state::exited ||
                           state == process_state::fatal;
    std::string out = "<ul>";
    if (state == process_state::running) {
        out += link(target + "restart", "Restart", false);
        out += link(target + "stop", "Stop", false);
    } else if (startable) {
        out += link(target + "start", "Start", false);
        out += hidden_link;
    } else {
        out.append(hidden_link).append(hidden_link);
    }
    out += link(target + "clearlog", "Clear Log", false);
    out += link("logtail/" + encoded, "Tail -f Stdout", true);
    out += link("logtail/" + encoded + "/stderr", "Tail -f Stderr", true);
    return out + "</ul>";
}

std::string row(const core::process_info& info, bool shade) {
    const std::string name = core::namespec(info.group, info.name);
    const std::string encoded = percent_encode(name);
    std::string out = shade ? "<tr class=\"shade\">\n" : "<tr>\n";
    out.append("<td class=\"status\"><span class=\"").append(state_class(info.state));
    out += "\">" + lower_state(info.state) + "</span></td>\n";
    out += "<td class=\"desc\"><span>" + escape_html(core::describe(info)) + "</span></td>\n";
    out += "<td class=\"name\"><a href=\"tail.html?processname=" + encoded +
           "\" target=\"_blank\" rel=\"noopener\">" + escape_html(name) + "</a></td>\n";
    out += "<td class=\"action\">" + action_list(info.state, encoded) + "</td>\n</tr>\n";
    return out;
}

std::string table(const std::vector<core::process_info>& processes) {
    if (processes.empty()) return "<p class=\"empty\">No programs to manage</p>\n";
    std::string out =
        "<table>\n<thead>\n<tr>\n<th class=\"state\">State</th>\n"
        "<th class=\"desc\">Description</th>\n<th class=\"name\">Name</th>\n"
        "<th class=\"action\">Action</th>\n</tr>\n</thead>\n<tbody>\n";
    bool shade = false;
    for (const core::process_info& each : processes) {
        out += row(each, shade);
        shade = !shade;
    }
    return out + "</tbody>\n</table>\n";
}

std::string message_area(const std::string& message) {
    if (message.empty()) return "<div class=\"hidden\"></div>\n";
    return "<div class=\"status_msg\">" + escape_html(message) + "</div>\n";
}

std::string_view state_note(core::daemon_state state) {
    switch (state) {
        case core::daemon_state::running: return {};
        case core::daemon_state::restarting:
            return "<div class=\"status_msg\">The daemon is restarting.</div>\n";
        case core::daemon_state::shutdown:
            return "<div class=\"status_msg\">The daemon is shutting down.</div>\n";
    }
    return {};
}

constexpr std::string_view buttons =
    "<ul class=\"clr\" id=\"buttons\">\n"
    "<li class=\"action-button\"><a href=\"index.html?action=refresh\">Refresh</a></li>\n"
    "<li class=\"action-button\"><a href=\"index.html?action=restartall\">Restart All</a></li>\n"
    "<li class=\"action-button\"><a href=\"index.html?action=stopall\">Stop All</a></li>\n"
    "</ul>\n";

}  // namespace

std::string render(const status_view& view) {
    std::string out = page_start("Supervisor Status");
    out.reserve(out.size() + 4096 + view.processes.size() * 1200);
    out +=
        "<body>\n<div id=\"wrapper\">\n<div id=\"header\"><img src=\"images/icon.svg\" "
        "alt=\"Supervisor status\"/><h1>Supervisor status</h1></div>\n<div id=\"content\">\n";
    out += message_area(view.message);
    out += state_note(view.state);
    out.append("<form action=\"index.html\" method=\"post\">\n").append(buttons);
    out += table(view.processes);
    out +=
        "</form>\n</div>\n<div id=\"footer\" class=\"clr\"><div class=\"left\">Ringmaster "
        "<span>";
    out += escape_html(view.version);
    out += "</span></div>\n<div class=\"right\">" + page_time(view.now) + "</div></div>\n";
    return out + "</div>\n</body>\n</html>\n";
}

std::string render(const tail_view& view) {
    const std::string name = view.process.empty() ? "None" : view.process;
    std::string out = page_start("Supervisor tail of process " + name);
    out += "<body class=\"tail\">\n<pre>" + escape_html(view.text) + "</pre>\n";
    if (!view.process.empty()) {
        const std::string target = "tail.html?processname=" + percent_encode(view.process) +
                                   "&limit=" + std::to_string(view.limit);
        out +=
            "<div class=\"clr\"><form action=\"#\"><ul id=\"buttons\"><li class=\"action-button\">"
            "<a href=\"" +
            escape_html(target) + "\">Refresh</a></li></ul></form></div>\n";
    }
    return out + "</body>\n</html>\n";
}

}  // namespace ringmaster::http

#include "http/pages.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <string>
#include <utility>

#include "http/page_actions.hpp"
#include "http/page_views.hpp"
#include "http/request_origin.hpp"

namespace ringmaster::http {
namespace {

constexpr std::int64_t smallest_tail = 1024;

/// Of a page: never cached, never framed by another site, nothing loaded from elsewhere.
void add_page_fields(response& out) {
    out.content_type = "text/html;charset=utf-8";
    out.fields.emplace_back("Pragma", "no-cache");
    out.fields.emplace_back("Cache-Control", "no-cache");
    out.fields.emplace_back("Expires", "Thu, 01 Jan 1970 00:00:00 GMT");
    out.fields.emplace_back("Content-Security-Policy",
                            "default-src 'none'; style-src 'self'; img-src 'self'; "
                            "form-action 'self'; frame-ancestors 'none'; base-uri 'none'");
    out.fields.emplace_back("X-Content-Type-Options", "nosniff");
}

response page_response(std::string body) {
    response out;
    add_page_fields(out);
    out.body = std::move(body);
    return out;
}

/// A relative target, because the Host field is the client's own claim. Supervisor answers 301.
response redirect_with(const std::string& message) {
    response out = error_response(301);
    add_page_fields(out);
    out.content_type = "text/html";
    out.fields.emplace_back("Location", "/?message=" + percent_encode(message));
    return out;
}

parameters read_parameters(const request& in) {
    parameters form = parse_form(in.query, repeated::first_wins);
    if (in.method == "POST")
        for (auto& [name, value] : parse_form(in.body, repeated::last_wins))
            form.insert_or_assign(name, value);
    return form;
}

std::string get(const parameters& form, std::string_view name) {
    const auto found = form.find(name);
    return found == form.end() ? std::string{} : found->second;
}

std::int64_t tail_limit(const std::string& text) {
    std::int64_t limit = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), limit);
    const bool plain = failed == std::errc{} && end == text.data() + text.size();
    return plain ? std::max(limit, smallest_tail) : smallest_tail;
}

}  // namespace

std::optional<page> find_page(std::string_view path) {
    path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
    path = path.substr(0, path.find(';'));
    if (path.empty() || path == "index.html") return page::status;
    if (path == "tail.html") return page::tail;
    if (path == "ok.html") return page::liveness;
    return std::nullopt;
}

task<response> pages::show(request in) {
    const parameters form = read_parameters(in);
    response out;
    switch (find_page(in.path).value_or(page::status)) {
        case page::status: out = co_await show_status(in, form); break;
        case page::tail: out = co_await show_tail(form); break;
        case page::liveness:
            out.content_type = "text/plain";
            out.body = "OK";
            break;
    }
    co_return out;
}

task<response> pages::show_status(const request& in, const parameters& form) {
    response out;
    const std::string action = get(form, "action");
    if (!action.empty()) {
        if (is_cross_site(in)) {
            out = error_response(403);
            co_return out;
        }
        const action_request wanted{action, get(form, "processname")};
        const auto message = co_await perform(wanted, dashboard_);
        out = message ? redirect_with(*message) : error_response(500);
        co_return out;
    }
    status_view view;
    view.message = get(form, "message");
    view.processes = dashboard_.processes();
    view.state = dashboard_.state();
    view.version = dashboard_.version();
    view.now = std::time(nullptr);
    out = page_response(render(view));
    co_return out;
}

task<response> pages::show_tail(const parameters& form) {
    tail_view view;
    view.process = get(form, "processname");
    view.limit = tail_limit(get(form, "limit"));
    if (view.process.empty()) {
        view.text = "No process name found";
    } else {
        std::optional<std::string> text;
        const action_result result = co_await dashboard_.tail(view.process, view.limit, text);
        if (result.code != 0)
            view.text = "ERROR: " + unexpected_fault(result);
        else
            view.text = text ? *text : "No file for " + view.process;
    }
    response out = page_response(render(view));
    co_return out;
}

}  // namespace ringmaster::http

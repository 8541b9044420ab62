#include "http/router.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "http/log_stream.hpp"
#include "http/request_origin.hpp"
#include "http/static_files.hpp"
#include "http/url.hpp"

namespace ringmaster::http {
namespace {

bool is_empty_length(const request& head) {
    const std::string_view length = head.field("content-length");
    return !length.empty() && length.find_first_not_of('0') == std::string_view::npos;
}

/// The parts of a path, each decoded by itself: an encoded slash belongs to a name.
std::vector<std::string> split_path(const request& in) {
    std::string_view rest = std::string_view{in.target}.substr(0, in.target.find('?'));
    std::vector<std::string> parts;
    while (!rest.empty()) {
        const std::string_view part = rest.substr(0, rest.find('/'));
        if (!part.empty()) parts.push_back(percent_decode(part));
        rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    }
    return parts;
}

/// A client that forgets the length may send a body all the same, which must not be taken for its
/// next request.
response length_required() {
    auto refusal = error_response(411);
    refusal.close = true;
    return refusal;
}

}  // namespace

route find_route(std::string_view method, std::string_view path) {
    if (path.starts_with("/RPC2")) return route::rpc;
    if (path.starts_with("/logtail")) return route::process_log;
    if (path.starts_with("/mainlogtail")) return route::main_log;
    if ((method == "GET" || method == "POST") && find_page(path)) return route::page;
    return route::file;
}

router::router(basic_auth auth, dashboard_port& dashboard, rpc_handler rpc)
    : auth_(std::move(auth)), dashboard_(dashboard), rpc_(std::move(rpc)), pages_(dashboard) {}

std::optional<response> router::refuse(const request& head) {
    if (auto refusal = refuse_unauthorized(head)) return refusal;
    switch (find_route(head.method, head.path)) {
        case route::rpc:
            if (head.method != "POST") return error_response(400);
            if (!head.announces_body()) return length_required();
            if (is_empty_length(head)) return error_response(400);
            if (is_cross_site(head)) return error_response(403);
            return std::nullopt;
        case route::process_log:
        case route::main_log:
            if (head.method != "GET") return error_response(400);
            return std::nullopt;
        case route::page:
            if (head.method == "POST" && !head.announces_body()) return length_required();
            return std::nullopt;
        case route::file:
            if (head.method != "GET" && head.method != "HEAD") return error_response(400);
            return std::nullopt;
    }
    return std::nullopt;
}

std::optional<response> router::refuse_unauthorized(const request& head) const {
    std::optional<std::string_view> authorization;
    if (head.has_field("authorization")) authorization = head.field("authorization");
    const auto outcome = auth_.check(authorization);
    if (!outcome.note.empty()) dashboard_.log().write(core::log_level::warn, outcome.note);
    if (outcome.what == basic_auth::verdict::accepted) return std::nullopt;
    if (outcome.what == basic_auth::verdict::malformed) return error_response(400);
    response out = error_response(401);
    out.fields.emplace_back("WWW-Authenticate", "Basic realm=\"default\"");
    out.close = true;
    return out;
}

task<answer> router::handle(request in) {
    answer out;
    switch (find_route(in.method, in.path)) {
        case route::rpc: {
            rpc_answer result = co_await rpc_(std::move(in.body));
            response sent = result.status == 200 ? response{} : error_response(result.status);
            if (result.status == 200) {
                sent.content_type = "text/xml";
                sent.body = std::move(result.body);
            }
            out = std::move(sent);
            break;
        }
        case route::process_log: out = co_await open_process_log(std::move(in)); break;
        case route::main_log: out = co_await open_main_log(); break;
        case route::page: out = co_await pages_.show(std::move(in)); break;
        case route::file: out = static_file(in); break;
    }
    co_return out;
}

task<answer> router::open_process_log(request in) const {
    answer out = error_response(404);
    const std::vector<std::string> parts = split_path(in);
    if (parts.size() < 2 || parts.size() > 3) co_return out;
    const std::string channel = parts.size() == 3 ? parts[2] : "stdout";
    if (channel != "stdout" && channel != "stderr") co_return out;
    auto path = dashboard_.log_path(parts[1], channel);
    if (!path) co_return out;
    // Tells nginx not to collect the stream in a buffer.
    field_list fields;
    fields.emplace_back("X-Accel-Buffering", "no");
    out = co_await follow_log(dashboard_, *std::move(path), std::move(fields));
    co_return out;
}

task<answer> router::open_main_log() const {
    answer out = error_response(404);
    auto path = dashboard_.main_log_path();
    if (!path) co_return out;
    field_list none;
    out = co_await follow_log(dashboard_, *std::move(path), std::move(none));
    co_return out;
}

}  // namespace ringmaster::http

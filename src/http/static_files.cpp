#include "http/static_files.hpp"

#include <array>
#include <ctime>

#include "http/http_date.hpp"
#include "http/url.hpp"

namespace ringmaster::http {
namespace {

constexpr std::string_view icon =
    R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="32" height="32">
<circle cx="16" cy="16" r="12" fill="none" stroke="#c0392b" stroke-width="5"/>
<circle cx="16" cy="4" r="3.2" fill="#f1c40f"/><circle cx="26.4" cy="22" r="3.2" fill="#f1c40f"/>
<circle cx="5.6" cy="22" r="3.2" fill="#f1c40f"/></svg>
)";

struct file {
    std::string_view path;
    std::string_view content_type;
    std::string_view text;
};

std::array<file, 2> files() {
    return {{{"stylesheets/supervisor.css", "text/css", style_sheet()},
             {"images/icon.svg", "image/svg+xml", icon}}};
}

/// The files change only with the program, so the moment it first serves one will do.
std::time_t modification_time() {
    static const std::time_t started = std::time(nullptr);
    return started;
}

bool is_unmodified(const request& in) {
    const auto since = parse_http_date(in.field("if-modified-since"));
    return since && *since >= modification_time();
}

}  // namespace

response static_file(const request& in) {
    std::string_view path = in.path;
    path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
    if (path == "stylesheets" || path == "images") {
        response moved = error_response(301);
        moved.fields.emplace_back("Location", "/" + std::string(path) + "/");
        return moved;
    }
    for (const file& each : files()) {
        if (each.path != path) continue;
        response out;
        out.fields.emplace_back("Last-Modified", http_date(modification_time()));
        if (is_unmodified(in)) {
            out.status = 304;
            return out;
        }
        out.content_type = each.content_type;
        out.body = each.text;
        return out;
    }
    return error_response(404);
}

}  // namespace ringmaster::http

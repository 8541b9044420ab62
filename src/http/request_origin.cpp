#include "http/request_origin.hpp"

namespace ringmaster::http {
namespace {

/// "example.org:9001" of "http://example.org:9001/path"; empty for "null" and the like.
std::string_view authority(std::string_view url) {
    const std::size_t scheme = url.find("://");
    if (scheme == std::string_view::npos) return {};
    url.remove_prefix(scheme + 3);
    return url.substr(0, url.find_first_of("/?#"));
}

}  // namespace

bool is_cross_site(const request& in) {
    // Only the browser itself can set this one, and it knows best.
    if (const std::string_view site = in.field("sec-fetch-site"); !site.empty())
        return site == "cross-site";
    for (const std::string_view name : {"origin", "referer"}) {
        if (!in.has_field(name)) continue;
        const std::string_view from = authority(in.field(name));
        // A proxy in front may rewrite Host and say so.
        if (from.empty() || (from != in.field("host") && from != in.field("x-forwarded-host")))
            return true;
    }
    return false;
}

}  // namespace ringmaster::http

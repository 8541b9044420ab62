#include "http/message.hpp"

#include <algorithm>

namespace ringmaster::http {

std::string_view request::field(std::string_view name) const {
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [name](const auto& entry) { return entry.first == name; });
    return found == fields.end() ? std::string_view{} : std::string_view{found->second};
}

bool request::has_field(std::string_view name) const {
    return std::any_of(fields.begin(), fields.end(),
                       [name](const auto& entry) { return entry.first == name; });
}

bool request::announces_body() const {
    return has_field("content-length") || has_field("transfer-encoding");
}

std::string_view reason_phrase(int status) {
    switch (status) {
        case 200: return "OK";
        case 301: return "Moved Permanently";
        case 304: return "Not Modified";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 408: return "Request Timeout";
        case 411: return "Length Required";
        case 413: return "Payload Too Large";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 501: return "Not Implemented";
        case 503: return "Service Unavailable";
    }
    return {};
}

response error_response(int status) {
    const std::string code = std::to_string(status);
    const std::string reason{reason_phrase(status)};
    response out;
    out.status = status;
    out.body =
        "<head>\r\n<title>Error response</title>\r\n</head>\r\n<body>\r\n"
        "<h1>Error response</h1>\r\n<p>Error code " +
        code + ".\r\n<p>Message: " + reason + ".\r\n</body>\r\n";
    return out;
}

}  // namespace ringmaster::http

#include "http/response_head.hpp"

#include "http/http_date.hpp"

namespace ringmaster::http {
namespace {

void add_field(std::string& head, std::string_view name, std::string_view value) {
    head.append(name).append(": ");
    // A line end in a value would let its author write fields of his own.
    for (const char each : value) head += each == '\r' || each == '\n' ? ' ' : each;
    head += "\r\n";
}

}  // namespace

std::string response_head(const response& out, const head_context& context) {
    std::string head;
    head.reserve(256);
    head += context.http10 ? "HTTP/1.0 " : "HTTP/1.1 ";
    head.append(std::to_string(out.status)).append(" ").append(reason_phrase(out.status));
    head += "\r\n";
    add_field(head, "Server", "Ringmaster");
    add_field(head, "Date", http_date(context.now));
    for (const auto& [name, value] : out.fields) add_field(head, name, value);
    const bool has_body = out.status != 304;
    if (has_body) add_field(head, "Content-Type", out.content_type);
    if (context.framing == body_framing::chunked)
        add_field(head, "Transfer-Encoding", "chunked");
    else if (context.framing == body_framing::length && has_body)
        add_field(head, "Content-Length", std::to_string(out.body.size()));
    // Supervisor announces a close only with a 401, and keep-alive only to HTTP/1.0.
    if (out.close)
        add_field(head, "Connection", "close");
    else if (context.http10 && context.keep_alive)
        add_field(head, "Connection", "Keep-Alive");
    head += "\r\n";
    return head;
}

}  // namespace ringmaster::http

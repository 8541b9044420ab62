#include "ctl/rpc_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include "ctl/heap.hpp"
#include "ctl/http_request.hpp"
#include "ctl/response_parser.hpp"
#include "rpc/client_codec.hpp"

namespace ringmaster::ctl {
namespace {

/// No answer of a daemon comes near: a server that sends more is not one.
constexpr std::size_t body_limit = std::size_t{1} << 30;
constexpr std::size_t trusted_length = std::size_t{16} << 20;

struct http_answer {
    response_parser head;
    std::string body;
};

failure truncated(const http_answer& answer) {
    const auto missing = answer.head.announced();
    return plain_failure(
        "http.client.IncompleteRead",
        fmt::format("IncompleteRead({} bytes read{})", answer.body.size(),
                    missing == 0 ? "" : fmt::format(", {} more expected", missing)));
}

/// `answered` becomes true with the first byte.
outcome<http_answer> read_answer(connection& from, bool& answered) {
    http_answer answer;
    std::array<char, 64 * 1024> buffer;
    while (!answer.head.is_complete()) {
        const auto got = from.receive(buffer);
        if (!got) return got.error();
        if (*got == 0) {
            if (!answer.head.has_head())
                return plain_failure("http.client.RemoteDisconnected",
                                     "Remote end closed connection without response");
            // Of an error the head is enough.
            if (answer.head.finish() || answer.head.status() != 200) break;
            return truncated(answer);
        }
        answered = true;
        if (auto fed = answer.head.feed({buffer.data(), *got}, answer.body); !fed)
            return plain_failure("http.client.BadStatusLine", fed.error().text);
        if (answer.body.size() > body_limit || answer.head.announced() > body_limit)
            return plain_failure("MemoryError", "the answer is too long");
        // No more than a large fleet's answer takes on the word of a server alone.
        const auto whole = std::min(answer.body.size() + answer.head.announced(), trusted_length);
        if (answer.head.status() == 200 && answer.body.capacity() < whole) {
            fetch_heap(whole);
            answer.body.reserve(whole);
        }
    }
    return answer;
}

}  // namespace

outcome<std::string> rpc_client::try_exchange(const std::string& body, bool& answered) {
    const auto to = parse_server_url(server_.url);
    if (!to) return to.error();
    if (!connection_) {
        auto opened = connection::open(*to);
        if (!opened) return opened.error();
        connection_.emplace(*std::move(opened));
    }
    if (auto sent = connection_->send(rpc_request(server_, *to, body)); !sent) return sent.error();
    auto answer = read_answer(*connection_, answered);
    if (!answer) return answer.error();
    if (!answer->head.keeps_connection()) connection_.reset();
    if (answer->head.status() != 200)
        return http_failure(answer->head.status(), answer->head.reason());
    return std::move(answer->body);
}

outcome<std::string> rpc_client::exchange(const std::string& body, bool repeatable) {
    const bool reused = connection_.has_value();
    bool answered = false;
    auto answer = try_exchange(body, answered);
    if (answer) return answer;
    connection_.reset();
    // A server may close an idle connection at any time; only a question may be asked again.
    const bool lost = answer.error().kind == failure_kind::other && !answered;
    if (!(reused && lost && repeatable)) return answer;
    answer = try_exchange(body, answered);
    if (!answer) connection_.reset();
    return answer;
}

outcome<rpc::value> rpc_client::call(std::string_view method, rpc::array params,
                                     std::span<const std::string_view> wanted) {
    rpc::call request;
    request.method = "supervisor.";
    request.method += method;
    request.params = std::move(params);
    const bool repeatable = method.starts_with("get") || method.starts_with("read");
    auto body = exchange(rpc::encode_call(request), repeatable);
    if (!body) return body.error();
    auto answer = rpc::decode_response(*std::move(body), wanted);
    if (!answer) return plain_failure("xml.parsers.expat.ExpatError", answer.error().text);
    if (auto* fault = std::get_if<rpc::remote_fault>(&*answer))
        return fault_failure(fault->code, std::move(fault->text));
    return std::get<rpc::value>(*std::move(answer));
}

}  // namespace ringmaster::ctl

// The way of bytes from a connection to an answer: requests, routes, credentials, pages.
//
// The first byte says in how large pieces the rest arrives, which must not matter.

#include <algorithm>
#include <string>
#include <vector>

#include "fuzz/target.hpp"
#include "http/request_reader.hpp"
#include "http/response_head.hpp"
#include "http/router.hpp"
#include "unit/http/fake_dashboard.hpp"
#include "unit/http/run_task.hpp"

using namespace ringmaster;

namespace {

constexpr http::reader_limits limits{.header = 2048, .body = 4096};

/// What a connection is made of.
struct heard {
    std::vector<http::request> requests;
    int status = 0;  ///< of the failure that ended it
};

heard listen(std::string_view bytes, std::size_t piece) {
    heard out;
    http::request_reader reader(limits);
    std::string input;
    while (!bytes.empty() || !input.empty()) {
        std::size_t used = 0;
        const auto progress = reader.advance(input, used);
        fuzz::require(used <= input.size(), "no more is consumed than there is");
        input.erase(0, used);
        if (progress == http::request_reader::progress::failed) {
            out.status = reader.status();
            return out;
        }
        if (progress == http::request_reader::progress::complete) {
            out.requests.push_back(reader.take());
        } else if (progress == http::request_reader::progress::need_more) {
            if (bytes.empty()) return out;
            const auto count = std::min(piece, bytes.size());
            input.append(bytes.substr(0, count));
            bytes.remove_prefix(count);
        }
    }
    return out;
}

bool same(const http::request& a, const http::request& b) {
    return a.method == b.method && a.target == b.target && a.path == b.path && a.query == b.query &&
           a.fields == b.fields && a.body == b.body && a.http10 == b.http10 &&
           a.keep_alive == b.keep_alive;
}

void check(const http::response& out) {
    fuzz::require(!http::reason_phrase(out.status).empty(), "the status is one of ours");
    const auto head = http::response_head(out, {});
    fuzz::require(head.find("\r\n\r\n") == head.size() - 4, "nothing ends the header early");
}

io::task<http::rpc_answer> no_methods(std::string) {
    http::rpc_answer out;
    out.status = 400;
    co_return out;
}

void answer(const http::request& in, bool with_password) {
    http::fake_dashboard dashboard;
    core::process_info cat;
    cat.name = cat.group = "c<a>t";
    dashboard.all.push_back(cat);
    dashboard.tail_text = "<text> & \xff";
    http::basic_auth auth(with_password ? "joe" : "", with_password ? "secret" : "");
    http::router subject(std::move(auth), dashboard, no_methods);
    if (const auto refusal = subject.refuse(in)) return check(*refusal);
    const auto out = http::run_task(subject.handle(in));
    if (const auto* page = std::get_if<http::response>(&out)) check(*page);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto text = fuzz::as_text(data + 1, size - 1);
    const heard whole = listen(text, text.size());
    const heard parts = listen(text, data[0] % 64U + 1);
    // An error in an unfinished header may be noticed now or when it ends; what came before counts.
    const auto count = std::min(whole.requests.size(), parts.requests.size());
    for (std::size_t i = 0; i < count; ++i) {
        fuzz::require(same(whole.requests[i], parts.requests[i]), "pieces change no request");
    }
    if (whole.status == 0 && parts.status == 0) {
        fuzz::require(whole.requests.size() == parts.requests.size(), "and lose none");
    }
    for (const auto& each : whole.requests) {
        answer(each, false);
        answer(each, true);
    }
    return 0;
}

#include "http/request_reader.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <string>

#include "core/result.hpp"
#include "http/url.hpp"

namespace ringmaster::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::string_view;

/// Unparsed bytes that a chunk's size line or the trailer may take; Beast sets no bound there.
constexpr std::size_t chunk_line_limit = 16 * 1024;

std::string lower_case(std::string_view text) {
    std::string out{text};
    for (char& each : out)
        if (each >= 'A' && each <= 'Z') each = static_cast<char>(each - 'A' + 'a');
    return out;
}

std::string_view plain(string_view text) {
    return {text.data(), text.size()};
}

/// Empty lines before a request line are skipped: clients send one too many.
std::size_t leading_line_ends(std::string_view input) {
    const std::size_t first = input.find_first_not_of("\r\n");
    return first == std::string_view::npos ? input.size() : first;
}

void split_target(request& in) {
    const std::string_view target = in.target;
    const std::size_t mark = target.find('?');
    in.path = percent_decode(target.substr(0, mark));
    if (mark != std::string_view::npos) in.query = target.substr(mark + 1);
}

}  // namespace

/// Writes what Beast finds straight into a request.
class request_reader::parser final : public beast_http::basic_parser<true> {
public:
    request in;
    bool head_seen = false;
    bool head_reported = false;

private:
    void on_request_impl(beast_http::verb, string_view method, string_view target, int version,
                         error_code&) override {
        in.method = plain(method);
        in.target = plain(target);
        in.http10 = version == 10;
        split_target(in);
    }

    void on_field_impl(beast_http::field, string_view name, string_view value,
                       error_code&) override {
        // A trailer must not add to what was checked with the header.
        if (!head_seen) in.fields.emplace_back(lower_case(plain(name)), plain(value));
    }

    void on_header_impl(error_code&) override { head_seen = true; }
    void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
        if (length) in.body.reserve(*length);  // within the limit, which Beast has checked
    }
    std::size_t on_body_impl(string_view part, error_code&) override {
        in.body.append(part.data(), part.size());
        return part.size();
    }
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view part, error_code&) override {
        in.body.append(part.data(), part.size());
        return part.size();
    }
    void on_finish_impl(error_code&) override {}
    void on_response_impl(int, string_view, int, error_code&) override {}
};

request_reader::request_reader(reader_limits limits) : limits_(limits) {}
request_reader::~request_reader() = default;

bool request_reader::idle() const {
    return !parser_;
}
const request& request_reader::current() const {
    return parser_->in;
}
int request_reader::status() const {
    return status_;
}

bool request_reader::expects_continue() const {
    return !parser_->in.http10 && lower_case(parser_->in.field("expect")) == "100-continue";
}

request_reader::progress request_reader::fail(int status) {
    status_ = status;
    return progress::failed;
}

request_reader::progress request_reader::on_head() {
    parser_->head_reported = true;
    request& in = parser_->in;
    in.keep_alive = parser_->keep_alive();
    // Any other coding would leave the end of the body unknown.
    if (in.has_field("transfer-encoding") && lower_case(in.field("transfer-encoding")) != "chunked")
        return fail(501);
    return progress::head;
}

request_reader::progress request_reader::advance(std::string_view input, std::size_t& used) {
    used = 0;
    if (!parser_) {
        used = leading_line_ends(input);
        if (used == input.size()) return progress::need_more;
        parser_ = std::make_unique<parser>();
        parser_->header_limit(static_cast<std::uint32_t>(limits_.header));
        parser_->body_limit(limits_.body);
    }
    while (used < input.size() && !parser_->is_done()) {
        const std::string_view rest = input.substr(used);
        error_code failed;
        used += parser_->put(boost::asio::buffer(rest.data(), rest.size()), failed);
        if (failed == beast_http::error::body_limit) return fail(413);
        if (failed == beast_http::error::header_limit) return fail(431);
        if (failed && failed != beast_http::error::need_more) return fail(400);
        if (parser_->head_seen && !parser_->head_reported) return on_head();
        if (failed) break;
    }
    if (parser_->is_done()) return progress::complete;
    if (parser_->head_seen && input.size() - used > chunk_line_limit) return fail(431);
    return progress::need_more;
}

request request_reader::take() {
    request out = std::move(parser_->in);
    parser_.reset();
    return out;
}

}  // namespace ringmaster::http

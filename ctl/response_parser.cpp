#include "ctl/response_parser.hpp"

#include <algorithm>
#include <charconv>

#include "core/text.hpp"
#include "core/utf8.hpp"

namespace ringmaster::ctl {
namespace {

constexpr std::size_t head_limit = 64 * 1024;
constexpr std::size_t line_limit = 8 * 1024;

bool parse_number(std::string_view text, int base, std::uint64_t& number) {
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number, base);
    return error == std::errc{} && stop == end;
}

std::string_view without_cr(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

/// The first line of `head`, with those that continue it: they begin with a blank.
std::string take_field(std::string_view& head) {
    std::string field;
    do {
        const auto end = std::min(head.find('\n'), head.size() - 1);
        field += without_cr(head.substr(0, end));
        head.remove_prefix(end + 1);
    } while (head.starts_with(' ') || head.starts_with('\t'));
    return field;
}

/// Headers are Latin-1.
std::string as_utf8(std::string_view latin) {
    std::string text;
    for (const char c : latin) core::append_utf8(text, static_cast<unsigned char>(c));
    return text;
}

/// Where the head ends, the empty line included; npos while it is incomplete.
std::size_t find_head_end(std::string_view text) {
    const auto strict = text.find("\r\n\r\n");
    const auto loose = text.find("\n\n");
    if (strict == loose) return strict;  // both npos
    return loose < strict ? loose + 2 : strict + 4;
}

}  // namespace

result<void, malformed_response> response_parser::feed(std::string_view bytes, std::string& body) {
    while (!bytes.empty() && state_ != state::complete) {
        step taken;
        switch (state_) {
            case state::head: taken = take_head(bytes); break;
            case state::counted:
            case state::chunk_data: take_counted(bytes, body); break;
            case state::open_end:
                body.append(bytes);
                bytes = {};
                break;
            default: taken = take_line(bytes); break;
        }
        if (!taken) return taken;
    }
    return {};
}

bool response_parser::finish() {
    // A log stream ends with the daemon, in the middle of its chunks: that is up to the caller.
    if (state_ == state::open_end) state_ = state::complete;
    return state_ == state::complete;
}

response_parser::step response_parser::take_head(std::string_view& bytes) {
    const auto known = pending_.size();
    pending_.append(bytes);
    const auto end = find_head_end(pending_);
    if (end == std::string::npos) {
        if (pending_.size() > head_limit) return malformed_response{"header too long"};
        bytes = {};
        // Servers of other protocols greet with a line, then wait.
        const auto line = std::string_view{pending_}.substr(0, pending_.find('\n'));
        return line.size() == pending_.size() ? step{} : parse_status(without_cr(line));
    }
    bytes.remove_prefix(end - known);
    auto parsed = parse_head(std::string_view{pending_}.substr(0, end));
    pending_.clear();
    return parsed;
}

response_parser::step response_parser::parse_head(std::string_view head) {
    chunked_ = counted_ = false;
    auto parsed = parse_status(take_field(head));
    while (parsed && !head.empty()) {
        const auto field = take_field(head);
        if (!field.empty()) parsed = parse_field(field);
    }
    if (!parsed) return parsed;
    if (status_ >= 200) choose_framing();  // else interim, the real head follows
    return {};
}

response_parser::step response_parser::parse_status(std::string_view line) {
    const bool known = line.starts_with("HTTP/1.") && line.size() >= 12 && line[8] == ' ';
    std::uint64_t number = 0;
    if (!known || !parse_number(line.substr(9, 3), 10, number) || number < 100)
        return malformed_response{as_utf8(line)};
    status_ = static_cast<int>(number);
    keep_alive_ = line[7] != '0';
    reason_ = as_utf8(core::strip(line.substr(12)));
    return {};
}

response_parser::step response_parser::parse_field(std::string_view line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return malformed_response{"a header line without colon"};
    const auto name = core::to_lower(line.substr(0, colon));
    const auto text = core::strip(line.substr(colon + 1));
    if (name == "content-length") {
        if (!parse_number(text, 10, remaining_)) return malformed_response{"bad Content-Length"};
        counted_ = true;
    } else if (name == "transfer-encoding") {
        chunked_ = core::to_lower(text) == "chunked";
    } else if (name == "connection") {
        const auto token = core::to_lower(text);
        if (token == "close") keep_alive_ = false;
        if (token == "keep-alive") keep_alive_ = true;
    }
    return {};
}

void response_parser::choose_framing() {
    if (status_ == 204 || status_ == 304) {
        state_ = state::complete;
    } else if (chunked_) {
        state_ = state::chunk_size;
    } else if (counted_) {
        state_ = remaining_ == 0 ? state::complete : state::counted;
    } else {
        state_ = state::open_end;
        keep_alive_ = false;
    }
}

void response_parser::take_counted(std::string_view& bytes, std::string& body) {
    const auto count = std::min<std::uint64_t>(remaining_, bytes.size());
    body.append(bytes.substr(0, count));
    bytes.remove_prefix(count);
    remaining_ -= count;
    if (remaining_ == 0) state_ = state_ == state::counted ? state::complete : state::chunk_end;
}

response_parser::step response_parser::take_line(std::string_view& bytes) {
    const auto end = bytes.find('\n');
    pending_.append(bytes.substr(0, end));
    if (pending_.size() > line_limit) return malformed_response{"a chunk line is too long"};
    if (end == std::string_view::npos) {
        bytes = {};
        return {};
    }
    bytes.remove_prefix(end + 1);
    auto parsed = parse_line(without_cr(pending_));
    pending_.clear();
    return parsed;
}

response_parser::step response_parser::parse_line(std::string_view line) {
    switch (state_) {
        case state::chunk_size: {
            const auto digits = core::strip(line.substr(0, line.find(';')));  // ';': extensions
            if (!parse_number(digits, 16, remaining_)) return malformed_response{"bad chunk size"};
            state_ = remaining_ == 0 ? state::trailer : state::chunk_data;
            return {};
        }
        case state::chunk_end:
            if (!line.empty()) return malformed_response{"a chunk is longer than its size"};
            state_ = state::chunk_size;
            return {};
        default:
            if (line.empty()) state_ = state::complete;
            return {};
    }
}

}  // namespace ringmaster::ctl

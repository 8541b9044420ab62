#include "core/capture.hpp"

#include <algorithm>

namespace ringmaster::core {
namespace {

constexpr std::string_view begin_token = "<!--XSUPERVISOR:BEGIN-->";
constexpr std::string_view end_token = "<!--XSUPERVISOR:END-->";

/// Bytes at the end of `text` that may be the beginning of `token`.
std::size_t partial_token(std::string_view text, std::string_view token) {
    auto length = std::min(text.size(), token.size() - 1);
    while (!text.ends_with(token.substr(0, length))) --length;
    return length;
}

}  // namespace

std::vector<capture_piece> capture_scanner::feed(std::string_view bytes) {
    held_ += bytes;
    return scan(false);
}

std::vector<capture_piece> capture_scanner::finish() {
    return scan(true);
}

std::vector<capture_piece> capture_scanner::scan(bool at_end) {
    using kind = capture_piece::kind;
    std::vector<capture_piece> out;
    std::string_view left = held_;
    const auto emit = [&](std::string_view piece) {
        if (!piece.empty())
            out.push_back({capturing_ ? kind::captured : kind::plain, std::string(piece)});
        left.remove_prefix(piece.size());
    };
    for (;;) {
        const auto token = capturing_ ? end_token : begin_token;
        if (left.size() <= token.size() && !at_end) break;
        const auto found = left.find(token);
        if (found == std::string_view::npos) {
            emit(left.substr(0, left.size() - (at_end ? 0 : partial_token(left, token))));
            break;
        }
        emit(left.substr(0, found));
        left.remove_prefix(token.size());
        if (capturing_) out.push_back({kind::end, {}});
        capturing_ = !capturing_;
    }
    held_.erase(0, held_.size() - left.size());
    return out;
}

void tail_buffer::append(std::string_view bytes) {
    if (bytes.size() >= limit_) {
        bytes_ = bytes.substr(bytes.size() - limit_);
        return;
    }
    const auto total = bytes_.size() + bytes.size();
    if (total > limit_) bytes_.erase(0, total - limit_);
    bytes_ += bytes;
}

}  // namespace ringmaster::core

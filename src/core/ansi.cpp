#include "core/ansi.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace ringmaster::core {
namespace {

constexpr std::string_view introducer = "\x1b[";
constexpr std::string_view final_letters = "HfABCDRsuJKhlpm";

}  // namespace

std::size_t strip_ansi(std::span<char> piece) {
    const std::string_view text(piece.data(), piece.size());
    std::size_t kept = 0;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t escape = std::min(text.find(introducer, at), text.size());
        const std::size_t length = escape - at;
        if (kept != at && length > 0) std::memmove(piece.data() + kept, piece.data() + at, length);
        kept += length;
        if (escape == text.size()) break;
        const std::size_t end = text.find_first_of(final_letters, escape + introducer.size());
        if (end == std::string_view::npos) break;
        at = end + 1;
    }
    return kept;
}

}  // namespace ringmaster::core

#include "core/repr.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/utf8.hpp"

namespace ringmaster::core {
namespace {

struct range {
    char32_t first;
    char32_t last;
};

/// Assigned characters that Python calls unprintable: controls, formats, separators, surrogates,
/// private use and non-characters. Gaps inside printable blocks are taken as printable.
constexpr std::array unprintable{
    range{0x0000, 0x001F},   range{0x007F, 0x00A0},    range{0x00AD, 0x00AD},
    range{0x0600, 0x0605},   range{0x061C, 0x061C},    range{0x06DD, 0x06DD},
    range{0x070F, 0x070F},   range{0x08E2, 0x08E2},    range{0x1680, 0x1680},
    range{0x180E, 0x180E},   range{0x2000, 0x200F},    range{0x2028, 0x202F},
    range{0x205F, 0x206F},   range{0x3000, 0x3000},    range{0xD800, 0xF8FF},
    range{0xFEFF, 0xFEFF},   range{0xFFF0, 0xFFFB},    range{0xFFFE, 0xFFFF},
    range{0x110BD, 0x110BD}, range{0x13430, 0x1343F},  range{0x1BCA0, 0x1BCA3},
    range{0x1D173, 0x1D17A}, range{0x1FFFE, 0x1FFFF},  range{0x2FFFE, 0x2FFFF},
    range{0xE0000, 0xE00FF}, range{0xE01F0, 0x10FFFF},
};

bool is_printable(char32_t value) {
    return std::ranges::none_of(unprintable,
                                [value](range r) { return value >= r.first && value <= r.last; });
}

void append_escape(std::string& out, char32_t value) {
    const auto number = static_cast<std::uint32_t>(value);
    if (value == '\n')
        out += "\\n";
    else if (value == '\t')
        out += "\\t";
    else if (value == '\r')
        out += "\\r";
    else if (value < 0x100)
        out += fmt::format("\\x{:02x}", number);
    else if (value < 0x10000)
        out += fmt::format("\\u{:04x}", number);
    else
        out += fmt::format("\\U{:08x}", number);
}

/// Double quotes only where single ones would have to be escaped and double ones would not.
char quote_for(std::string_view text) {
    const bool has_single = text.find('\'') != std::string_view::npos;
    const bool has_double = text.find('"') != std::string_view::npos;
    return has_single && !has_double ? '"' : '\'';
}

}  // namespace

std::string repr(std::string_view text) {
    const char quote = quote_for(text);
    std::string out(1, quote);
    while (!text.empty()) {
        const auto next = first_character(text);
        if (!next.valid) {
            // Python keeps such bytes as lone surrogates (surrogateescape).
            for (const char byte : text.substr(0, next.length))
                append_escape(out, 0xDC00U + static_cast<unsigned char>(byte));
        } else if (next.code == static_cast<char32_t>(quote) || next.code == '\\') {
            out += '\\';
            out += static_cast<char>(next.code);
        } else if (is_printable(next.code)) {
            out += text.substr(0, next.length);
        } else {
            append_escape(out, next.code);
        }
        text.remove_prefix(next.length);
    }
    return out += quote;
}

std::string repr_bytes(std::string_view bytes) {
    const char quote = quote_for(bytes);
    std::string out{'b', quote};
    for (const char each : bytes) {
        const auto value = static_cast<unsigned char>(each);
        if (each == quote || each == '\\') {
            out += '\\';
            out += each;
        } else if (value >= 0x20 && value < 0x7F) {
            out += each;
        } else {
            append_escape(out, value);
        }
    }
    return out += quote;
}

}  // namespace ringmaster::core

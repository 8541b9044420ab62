#include "core/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace ringmaster::core {
namespace {

struct sequence {
    std::size_t length;       ///< 0: no sequence begins with this byte
    unsigned char low, high;  ///< range of the second byte; later ones are 80..BF
    unsigned char lead_bits;  ///< bits of the first byte that belong to the character
};

/// The well-formed byte sequences of the Unicode standard (table 3-7).
sequence sequence_of(unsigned char lead) {
    if (lead < 0x80) return {1, 0, 0, 0x7F};
    if (lead < 0xC2) return {0, 0, 0, 0};
    if (lead < 0xE0) return {2, 0x80, 0xBF, 0x1F};
    if (lead == 0xE0) return {3, 0xA0, 0xBF, 0x0F};
    if (lead == 0xED) return {3, 0x80, 0x9F, 0x0F};
    if (lead < 0xF0) return {3, 0x80, 0xBF, 0x0F};
    if (lead == 0xF0) return {4, 0x90, 0xBF, 0x07};
    if (lead < 0xF4) return {4, 0x80, 0xBF, 0x07};
    if (lead == 0xF4) return {4, 0x80, 0x8F, 0x07};
    return {0, 0, 0, 0};
}

}  // namespace

utf8_character first_character(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const sequence form = sequence_of(byte(0));
    if (form.length == 0) return {0, 1, false};
    char32_t code = byte(0) & form.lead_bits;
    for (std::size_t i = 1; i < form.length; ++i) {
        const unsigned char low = i == 1 ? form.low : 0x80;
        const unsigned char high = i == 1 ? form.high : 0xBF;
        if (i == text.size() || byte(i) < low || byte(i) > high) return {0, i, false};
        code = (code << 6) | (byte(i) & 0x3F);
    }
    return {code, form.length, true};
}

std::size_t ascii_prefix(std::string_view text) {
    constexpr std::size_t word = sizeof(std::uint64_t);
    std::size_t length = 0;
    for (std::uint64_t bytes = 0; length + word <= text.size(); length += word) {
        std::memcpy(&bytes, text.data() + length, word);
        if ((bytes & 0x8080808080808080) != 0) break;
    }
    while (length < text.size() && static_cast<unsigned char>(text[length]) < 0x80) ++length;
    return length;
}

bool is_utf8(std::string_view text) {
    for (;;) {
        text.remove_prefix(ascii_prefix(text));
        if (text.empty()) return true;
        const utf8_character next = first_character(text);
        if (!next.valid) return false;
        text.remove_prefix(next.length);
    }
}

void append_utf8(std::string& out, char32_t code) {
    const auto byte = [&](char32_t bits) { out.push_back(static_cast<char>(bits)); };
    const auto tail = [&](int shift) { byte(0x80 | ((code >> shift) & 0x3F)); };
    if (code < 0x80) {
        byte(code);
    } else if (code < 0x800) {
        byte(0xC0 | (code >> 6));
        tail(0);
    } else if (code < 0x10000) {
        byte(0xE0 | (code >> 12));
        tail(6);
        tail(0);
    } else {
        byte(0xF0 | (code >> 18));
        tail(12);
        tail(6);
        tail(0);
    }
}

}  // namespace ringmaster::core

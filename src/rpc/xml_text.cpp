#include "rpc/xml_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>

#include "core/utf8.hpp"

namespace ringmaster::rpc {
namespace {

/// Char of the XML 1.0 grammar; surrogates cannot come out of valid UTF-8 but out of references.
bool is_allowed(char32_t code) {
    if (code < 0x20) return code == '\t' || code == '\n' || code == '\r';
    if (code < 0xD800) return true;
    return (code >= 0xE000 && code <= 0xFFFD) || (code >= 0x10000 && code <= 0x10FFFF);
}

/// True for the bytes that are copied as they are: most of every text.
constexpr std::array<bool, 256> plain_bytes = [] {
    std::array<bool, 256> plain{};
    for (std::size_t byte = 0x20; byte < 0x80; ++byte) plain[byte] = true;
    plain['\t'] = plain['\n'] = true;
    plain['&'] = plain['<'] = plain['>'] = false;
    return plain;
}();

/// Sixteen bytes that are looked at together, because logs and answers are megabytes: every
/// processor has instructions for that, and the compiler knows them. Signed, so that what is not
/// ASCII is below all that is.
using block = signed char __attribute__((vector_size(16)));
using word_pair = std::array<std::uint64_t, 2>;

template <class T>
T load(const char* from) {
    T bytes;
    std::memcpy(&bytes, from, sizeof bytes);
    return bytes;
}

bool any(block marks) {
    const auto halves = __builtin_bit_cast(word_pair, marks);
    return (halves[0] | halves[1]) != 0;
}

/// Marks the bytes that are control characters or not ASCII; false alarms are possible, misses are
/// not. Line ends are no alarm: in an answer there are many.
block may_be_forbidden(block bytes) {
    return (bytes < 0x20) & (bytes != '\n');
}

/// The same for the bytes that are not plain.
block may_need_care(block bytes) {
    return may_be_forbidden(bytes) | (bytes == '&') | (bytes == '<') | (bytes == '>');
}

/// How many bytes at the front, in whole blocks, raise no alarm.
template <block (*alarm)(block)>
std::size_t quiet_prefix(std::string_view text) {
    std::size_t length = 0;
    while (text.size() - length >= sizeof(block) && !any(alarm(load<block>(&text[length]))))
        length += sizeof(block);
    return length;
}

/// Length of the plain text at the front.
std::size_t plain_prefix(std::string_view text) {
    std::size_t length = 0;
    while (true) {
        length += quiet_prefix<may_need_care>(text.substr(length));
        const std::size_t checked = std::min(text.size(), length + sizeof(block));
        while (length < checked) {
            if (!plain_bytes[static_cast<unsigned char>(text[length])]) return length;
            ++length;
        }
        if (length == text.size()) return length;
    }
}

std::string_view escape_of(char byte) {
    switch (byte) {
        case '&': return "&amp;";
        case '<': return "&lt;";
        case '>': return "&gt;";
        case '\r': return "&#13;";
        default: return {};
    }
}

/// The character that the name between '&' and ';' stands for.
std::optional<char32_t> referenced(std::string_view name) {
    if (name == "amp") return U'&';
    if (name == "lt") return U'<';
    if (name == "gt") return U'>';
    if (name == "quot") return U'"';
    if (name == "apos") return U'\'';
    if (!name.starts_with('#')) return std::nullopt;
    name.remove_prefix(1);
    const int base = name.starts_with('x') ? 16 : 10;
    if (base == 16) name.remove_prefix(1);
    std::uint32_t code = 0;
    const char* const end = name.data() + name.size();
    const auto [stopped, error] = std::from_chars(name.data(), end, code, base);
    if (error != std::errc{} || stopped != end || !is_allowed(code)) return std::nullopt;
    return code;
}

}  // namespace

bool is_xml_text(std::string_view body) {
    while (true) {
        body.remove_prefix(quiet_prefix<may_be_forbidden>(body));
        if (body.empty()) return true;
        const core::utf8_character next = core::first_character(body);
        if (!next.valid || !is_allowed(next.code)) return false;
        body.remove_prefix(next.length);
    }
}

bool copy_if_plain(char* to, std::string_view text) {
    const char* const from = text.data();
    const std::size_t size = text.size();
    block marks{};
    const auto copy_block = [&](std::size_t at) {
        const auto bytes = load<block>(from + at);
        std::memcpy(to + at, &bytes, sizeof bytes);
        marks |= may_need_care(bytes);
    };
    // The last part overlaps the one before.
    if (size >= sizeof(block)) {
        for (std::size_t at = 0; at + sizeof(block) < size; at += sizeof(block)) copy_block(at);
        copy_block(size - sizeof(block));
    } else if (size >= 8) {
        const word_pair ends{load<std::uint64_t>(from), load<std::uint64_t>(from + size - 8)};
        std::memcpy(to, &ends[0], 8);
        std::memcpy(to + size - 8, &ends[1], 8);
        marks = may_need_care(__builtin_bit_cast(block, ends));
    } else {
        for (std::size_t at = 0; at < size; ++at) {
            if (!plain_bytes[static_cast<unsigned char>(from[at])]) return false;
            to[at] = from[at];
        }
    }
    return !any(marks);
}

void append_escaped(std::string& out, std::string_view bytes) {
    while (true) {
        const std::size_t plain = plain_prefix(bytes);
        out.append(bytes.substr(0, plain));
        bytes.remove_prefix(plain);
        if (bytes.empty()) return;
        if (const auto escape = escape_of(bytes.front()); !escape.empty()) {
            out.append(escape);
            bytes.remove_prefix(1);
            continue;
        }
        const core::utf8_character next = core::first_character(bytes);
        const bool allowed = next.valid && is_allowed(next.code);
        out.append(allowed ? bytes.substr(0, next.length) : core::replacement_character);
        bytes.remove_prefix(next.length);
    }
}

bool append_unescaped(std::string& out, std::string_view text) {
    while (true) {
        const std::size_t ampersand = text.find('&');
        out.append(text.substr(0, ampersand));
        if (ampersand == std::string_view::npos) return true;
        text.remove_prefix(ampersand + 1);
        const std::size_t semicolon = text.find(';');
        if (semicolon == std::string_view::npos) return false;
        const auto code = referenced(text.substr(0, semicolon));
        if (!code) return false;
        core::append_utf8(out, *code);
        text.remove_prefix(semicolon + 1);
    }
}

}  // namespace ringmaster::rpc

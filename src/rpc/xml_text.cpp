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

constexpr std::uint64_t each_byte(unsigned char byte) {
    return byte * 0x0101010101010101U;
}

template <class Word>
Word word(const char* at) {
    Word bytes = 0;
    std::memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

/// The highest bit of each byte that is below `limit`, for bytes and limits below 0x80.
constexpr std::uint64_t bytes_below(std::uint64_t bytes, unsigned char limit) {
    return ~((bytes & each_byte(0x7F)) + each_byte(static_cast<unsigned char>(0x80 - limit)));
}

/// True if one of eight bytes is a control character or not ASCII; false alarms are possible,
/// misses are not. Line ends are no alarm: in an answer every other word has one.
bool may_be_forbidden(std::uint64_t bytes) {
    const std::uint64_t line_ends = bytes ^ each_byte('\n');
    const std::uint64_t controls = bytes_below(bytes, 0x20) & ~bytes_below(line_ends, 1);
    return ((controls | bytes) & each_byte(0x80)) != 0;
}

/// The same for the bytes that are not plain.
inline bool may_need_care(std::uint64_t bytes) {
    const std::uint64_t angles = (bytes | each_byte(2)) ^ each_byte('>');  // '<' is '>' less bit 1
    const std::uint64_t ampersands = bytes ^ each_byte('&');
    const std::uint64_t marks = bytes_below(angles, 1) | bytes_below(ampersands, 1);
    return (marks & each_byte(0x80)) != 0 || may_be_forbidden(bytes);
}

/// How many bytes at the front, in whole words, raise no alarm. Eight bytes at a time, because logs
/// and answers are megabytes.
template <bool (*alarm)(std::uint64_t)>
std::size_t quiet_prefix(std::string_view text) {
    std::size_t length = 0;
    while (text.size() - length >= sizeof(std::uint64_t) &&
           !alarm(word<std::uint64_t>(&text[length])))
        length += sizeof(std::uint64_t);
    return length;
}

/// Length of the plain text at the front.
std::size_t plain_prefix(std::string_view text) {
    std::size_t length = 0;
    while (true) {
        length += quiet_prefix<may_need_care>(text.substr(length));
        const std::size_t checked = std::min(text.size(), length + sizeof(std::uint64_t));
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

bool is_plain(std::string_view bytes) {
    const std::size_t size = bytes.size();
    bool alarm = false;
    // Of four bytes or more the last word overlaps the one before.
    if (size >= 8) {
        alarm = quiet_prefix<may_need_care>(bytes) + 8 <= size ||
                may_need_care(word<std::uint64_t>(bytes.data() + size - 8));
    } else if (size >= 4) {
        const std::uint64_t front = word<std::uint32_t>(bytes.data());
        const std::uint64_t back = word<std::uint32_t>(bytes.data() + size - 4);
        alarm = may_need_care(front | back << 32);
    } else {
        alarm = true;
    }
    return !alarm || plain_prefix(bytes) == size;
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

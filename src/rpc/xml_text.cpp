#include "rpc/xml_text.hpp"

#include <array>
#include <charconv>

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

std::size_t plain_prefix(std::string_view text) {
    std::size_t length = 0;
    while (length < text.size() && plain_bytes[static_cast<unsigned char>(text[length])]) ++length;
    return length;
}

std::string_view escape_of(char32_t code) {
    switch (code) {
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
        body.remove_prefix(plain_prefix(body));
        if (body.empty()) return true;
        const core::utf8_character next = core::first_character(body);
        if (!next.valid || !is_allowed(next.code)) return false;
        body.remove_prefix(next.length);
    }
}

void append_escaped(std::string& out, std::string_view bytes) {
    while (true) {
        const std::size_t plain = plain_prefix(bytes);
        out.append(bytes.substr(0, plain));
        bytes.remove_prefix(plain);
        if (bytes.empty()) return;
        const core::utf8_character next = core::first_character(bytes);
        if (!next.valid || !is_allowed(next.code)) {
            out.append(core::replacement_character);
        } else if (const auto escape = escape_of(next.code); !escape.empty()) {
            out.append(escape);
        } else {
            out.append(bytes.substr(0, next.length));
        }
        bytes.remove_prefix(next.length);
    }
}

std::optional<std::string> unescape(std::string_view text) {
    std::string out;
    while (true) {
        const std::size_t ampersand = text.find('&');
        out.append(text.substr(0, ampersand));
        if (ampersand == std::string_view::npos) return out;
        text.remove_prefix(ampersand + 1);
        const std::size_t semicolon = text.find(';');
        if (semicolon == std::string_view::npos) return std::nullopt;
        const auto code = referenced(text.substr(0, semicolon));
        if (!code) return std::nullopt;
        core::append_utf8(out, *code);
        text.remove_prefix(semicolon + 1);
    }
}

}  // namespace ringmaster::rpc

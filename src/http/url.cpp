#include "http/url.hpp"

#include <algorithm>

#include "http/html.hpp"

namespace ringmaster::http {
namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";

bool is_literal(unsigned char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') ||
           std::string_view{"_.-~/"}.find(static_cast<char>(byte)) != std::string_view::npos;
}

/// Value of a hexadecimal digit; -1 if it is none.
int digit_value(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

std::string decode_form_text(std::string_view text) {
    std::string plain{text};
    std::replace(plain.begin(), plain.end(), '+', ' ');
    return valid_utf8(percent_decode(plain));
}

}  // namespace

std::string percent_encode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char each : text) {
        const auto byte = static_cast<unsigned char>(each);
        if (is_literal(byte)) {
            out += each;
        } else {
            out += '%';
            out += hex_digits[byte >> 4];
            out += hex_digits[byte & 15];
        }
    }
    return out;
}

std::string percent_decode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const int high = at + 2 < text.size() ? digit_value(text[at + 1]) : -1;
        const int low = high >= 0 ? digit_value(text[at + 2]) : -1;
        if (text[at] == '%' && low >= 0) {
            out += static_cast<char>(high * 16 + low);
            at += 2;
        } else {
            out += text[at];
        }
    }
    return out;
}

parameters parse_form(std::string_view text, repeated rule) {
    parameters out;
    while (!text.empty()) {
        const std::string_view pair = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(text.size(), pair.size() + 1));
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos) continue;
        std::string value = decode_form_text(pair.substr(equals + 1));
        if (value.empty()) continue;
        std::string name = decode_form_text(pair.substr(0, equals));
        if (rule == repeated::first_wins)
            out.try_emplace(std::move(name), std::move(value));
        else
            out.insert_or_assign(std::move(name), std::move(value));
    }
    return out;
}

}  // namespace ringmaster::http

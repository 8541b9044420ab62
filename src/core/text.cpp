#include "core/text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <system_error>

#include "core/utf8.hpp"

namespace ringmaster::core {
namespace {

bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

int digit_of(char c) {
    return is_digit(c) ? c - '0' : 99;
}

/// `text` without each `_` between two digits; unset if there is one elsewhere.
std::optional<std::string> without_digit_marks(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '_') {
            out += text[i];
        } else if (i == 0 || i + 1 == text.size() || !is_digit(text[i - 1]) ||
                   !is_digit(text[i + 1])) {
            return std::nullopt;
        }
    }
    return out;
}

/// Bytes of the blank character at the front of a text that is not empty; 0: another character.
std::size_t blank_length(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80) return is_blank(lead) ? 1 : 0;
    const auto first = first_character(text);
    return first.valid && is_blank(first.code) ? first.length : 0;
}

}  // namespace

std::size_t count_characters(std::string_view text) {
    std::size_t count = 0;
    for (;; ++count) {
        const auto ascii = ascii_prefix(text);
        count += ascii;
        text.remove_prefix(ascii);
        if (text.empty()) return count;
        text.remove_prefix(first_character(text).length);
    }
}

bool is_blank(char32_t value) {
    if (value < 0x80)
        return value == ' ' || (value >= 0x09 && value <= 0x0D) || (value >= 0x1C && value <= 0x1F);
    return value == 0x85 || value == 0xA0 || value == 0x1680 ||
           (value >= 0x2000 && value <= 0x200A) || value == 0x2028 || value == 0x2029 ||
           value == 0x202F || value == 0x205F || value == 0x3000;
}

std::size_t leading_blanks(std::string_view text) {
    std::size_t bytes = 0;
    while (bytes < text.size()) {
        const auto length = blank_length(text.substr(bytes));
        if (length == 0) break;
        bytes += length;
    }
    return bytes;
}

std::string_view strip_left(std::string_view text) {
    return text.substr(leading_blanks(text));
}

std::string_view strip_right(std::string_view text) {
    while (!text.empty()) {
        std::size_t start = text.size() - 1;
        while (start > 0 && text.size() - start < 4 && is_continuation(text[start])) --start;
        if (blank_length(text.substr(start)) != text.size() - start) break;
        text = text.substr(0, start);
    }
    return text;
}

std::string_view strip(std::string_view text) {
    return strip_right(strip_left(text));
}

std::string to_lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

std::string to_upper(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return out;
}

std::vector<std::string> split_blanks(std::string_view text) {
    std::vector<std::string> words;
    for (text = strip(text); !text.empty(); text = strip_left(text)) {
        std::size_t end = 0;
        while (end < text.size() && blank_length(text.substr(end)) == 0) ++end;
        words.emplace_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    return words;
}

std::optional<std::int64_t> parse_python_int(std::string_view text, int base) {
    text = strip(text);
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    if (base == 8 && (text.starts_with("0o") || text.starts_with("0O"))) {
        text.remove_prefix(2);
        if (text.starts_with('_')) text.remove_prefix(1);
    }
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    std::int64_t value = 0;
    bool after_digit = false;
    for (const char c : text) {
        if (c == '_' && after_digit) {
            after_digit = false;
            continue;
        }
        const int digit = digit_of(c);
        if (digit >= base) return std::nullopt;
        value = value > (most - digit) / base ? most : value * base + digit;
        after_digit = true;
    }
    if (!after_digit) return std::nullopt;
    return negative ? -value : value;
}

std::optional<double> parse_python_float(std::string_view text) {
    auto digits = without_digit_marks(strip(text));
    if (!digits) return std::nullopt;
    if (digits->starts_with('+') && !digits->starts_with("+-")) digits->erase(0, 1);
    if (digits->ends_with(')')) return std::nullopt;  // C's "nan(1)"
    double number = 0;
    const char* const end = digits->data() + digits->size();
    const auto [stopped, error] = std::from_chars(digits->data(), end, number);
    if (stopped != end || error == std::errc::invalid_argument) return std::nullopt;
    if (error == std::errc::result_out_of_range) return std::strtod(digits->c_str(), nullptr);
    return number;
}

std::string join_path(std::string_view directory, std::string_view path) {
    if (path.starts_with('/') || directory.empty()) return std::string(path);
    std::string out(directory);
    if (!out.ends_with('/')) out += '/';
    return out += path;
}

std::string_view parent_of(std::string_view path) {
    const auto slash = path.rfind('/');
    if (slash == std::string_view::npos) return {};
    const auto head = path.substr(0, slash + 1);
    const auto end = head.find_last_not_of('/');
    return end == std::string_view::npos ? head : head.substr(0, end + 1);
}

std::string normalize_path(std::string_view path) {
    // POSIX leaves the meaning of exactly two leading slashes to the system; Python keeps them.
    const bool absolute = path.starts_with('/');
    const bool doubled = path.starts_with("//") && !path.starts_with("///");
    std::vector<std::string_view> parts;
    for (std::size_t at = 0; at < path.size();) {
        const auto end = std::min(path.find('/', at), path.size());
        const auto part = path.substr(at, end - at);
        at = end + 1;
        if (part.empty() || part == ".") continue;
        if (part != ".." || (parts.empty() ? !absolute : parts.back() == ".."))
            parts.push_back(part);
        else if (!parts.empty())
            parts.pop_back();
    }
    std::string out = doubled ? "//" : absolute ? "/" : "";
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i != 0) out += '/';
        out += parts[i];
    }
    return out.empty() ? "." : out;
}

}  // namespace ringmaster::core

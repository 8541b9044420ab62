#include "core/percent_format.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "core/repr.hpp"
#include "core/text.hpp"
#include "core/utf8.hpp"

namespace ringmaster::core {
namespace {

using value = std::variant<std::string, std::int64_t>;
using keep_name = std::function<bool(std::string_view name)>;

/// Far beyond any name or path, and small enough for a million of them.
constexpr std::size_t widest = 4096;
/// More than any command line or environment may have.
constexpr std::size_t longest = std::size_t{16} << 20;

struct conversion {
    bool left = false, plus = false, space = false, alternate = false, zero = false;
    std::size_t width = 0;
    std::optional<std::size_t> precision;
    char32_t type = 0;
};

percent_error bad(std::string detail) {
    return {std::nullopt, std::move(detail)};
}

std::string first_characters(std::string_view text, std::size_t count) {
    std::size_t bytes = 0;
    for (; count > 0 && bytes < text.size(); --count)
        bytes += first_character(text.substr(bytes)).length;
    return std::string(text.substr(0, bytes));
}

std::string pad(std::string text, const conversion& how) {
    const std::size_t length = count_characters(text);
    if (length >= how.width) return text;
    const std::string blanks(how.width - length, ' ');
    return how.left ? text + blanks : blanks + text;
}

/// Sign and prefix stay in front of the zeros that `0` asks for.
std::string pad_number(std::string sign, std::string digits, const conversion& how) {
    if (how.precision && digits.size() < *how.precision)
        digits.insert(0, *how.precision - digits.size(), '0');
    const std::size_t length = sign.size() + digits.size();
    if (how.zero && !how.left && length < how.width) digits.insert(0, how.width - length, '0');
    return pad(sign + digits, how);
}

std::string sign_of(bool negative, const conversion& how) {
    return negative ? "-" : how.plus ? "+" : how.space ? " " : "";
}

std::string format_integer(std::int64_t number, const conversion& how) {
    const bool negative = number < 0;
    const auto magnitude =
        negative ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
    auto sign = sign_of(negative, how);
    switch (how.type) {
        case 'x':
            return pad_number(sign + (how.alternate ? "0x" : ""), fmt::format("{:x}", magnitude),
                              how);
        case 'X':
            return pad_number(sign + (how.alternate ? "0X" : ""), fmt::format("{:X}", magnitude),
                              how);
        case 'o':
            return pad_number(sign + (how.alternate ? "0o" : ""), fmt::format("{:o}", magnitude),
                              how);
        default: return pad_number(std::move(sign), fmt::format("{}", magnitude), how);
    }
}

std::string format_float(std::int64_t number, conversion how) {
    std::string format = how.alternate ? "%#.*" : "%.*";
    format += static_cast<char>(how.type);
    const int precision = static_cast<int>(how.precision.value_or(6));
    const double magnitude =
        number < 0 ? -static_cast<double>(number) : static_cast<double>(number);
    std::string digits(static_cast<std::size_t>(precision) + 64, '\0');
    const int length =
        std::snprintf(digits.data(), digits.size(), format.c_str(), precision, magnitude);
    digits.resize(static_cast<std::size_t>(length));
    how.precision.reset();
    return pad_number(sign_of(number < 0, how), std::move(digits), how);
}

std::string ascii_only(std::string_view quoted) {
    std::string out;
    for (; !quoted.empty(); quoted.remove_prefix(first_character(quoted).length)) {
        const auto number = static_cast<std::uint32_t>(first_character(quoted).code);
        if (number < 0x80)
            out += static_cast<char>(number);
        else if (number < 0x100)
            out += fmt::format("\\x{:02x}", number);
        else if (number < 0x10000)
            out += fmt::format("\\u{:04x}", number);
        else
            out += fmt::format("\\U{:08x}", number);
    }
    return out;
}

std::string as_text(const value& v, char32_t type) {
    if (const auto* number = std::get_if<std::int64_t>(&v)) return fmt::format("{}", *number);
    const auto& text = std::get<std::string>(v);
    if (type == 's') return text;
    return type == 'r' ? repr(text) : ascii_only(repr(text));
}

result<std::string, percent_error> as_character(const value& v, const conversion& how) {
    if (const auto* text = std::get_if<std::string>(&v)) {
        if (count_characters(*text) == 1) return {boost::system::in_place_value, pad(*text, how)};
        return bad("%c requires int or char");
    }
    const auto number = std::get<std::int64_t>(v);
    const bool surrogate = number >= 0xD800 && number <= 0xDFFF;
    // NUL would be the end of a string of C.
    if (number <= 0 || number > 0x10FFFF || surrogate) return bad("%c arg not in range(0x110000)");
    std::string out;
    append_utf8(out, static_cast<char32_t>(number));
    return {boost::system::in_place_value, pad(std::move(out), how)};
}

/// What Python says of a value, named by its type, that has no number in it.
percent_error not_a_number(char32_t type, std::string_view python_type) {
    const char letter = static_cast<char>(type);
    if (type == 'd' || type == 'i' || type == 'u')
        return bad(
            fmt::format("%{} format: a real number is required, not {}", letter, python_type));
    if (type == 'x' || type == 'X' || type == 'o')
        return bad(fmt::format("%{} format: an integer is required, not {}", letter, python_type));
    return bad(fmt::format("must be real number, not {}", python_type));
}

bool is_one_of(char32_t type, std::string_view letters) {
    return type < 0x80 && letters.find(static_cast<char>(type)) != std::string_view::npos;
}

/// `v` is null for a conversion without a name.
result<std::string, percent_error> convert(const value* v, const conversion& how) {
    if (is_one_of(how.type, "sra")) {
        if (v == nullptr) return bad("not enough arguments for format string");
        auto text = as_text(*v, how.type);
        if (how.precision) text = first_characters(text, *how.precision);
        return {boost::system::in_place_value, pad(std::move(text), how)};
    }
    if (how.type == 'c')
        return v == nullptr ? bad("%c requires int or char") : as_character(*v, how);
    if (v == nullptr) return not_a_number(how.type, "dict");
    const auto* number = std::get_if<std::int64_t>(v);
    if (number == nullptr) return not_a_number(how.type, "str");
    return {boost::system::in_place_value, is_one_of(how.type, "diuxXo")
                                               ? format_integer(*number, how)
                                               : format_float(*number, how)};
}

class formatter {
public:
    formatter(std::string_view text, const percent_lookup& lookup, const keep_name* keep)
        : text_(text), lookup_(lookup), keep_(keep) {}

    result<std::string, percent_error> run();

private:
    bool at_end() const { return at_ == text_.size(); }
    bool accept(char c);
    /// The text between matching parentheses; `at_` is behind the first. Unset: never closed.
    std::optional<std::string_view> take_key();
    void take_flags(conversion& how);
    /// Digits at `at_`; the error has `detail`, or is about a star. `found` is what is converted.
    result<std::size_t, percent_error> take_number(const value* found, std::string_view detail);
    percent_error unsupported(char32_t type) const;
    result<conversion, percent_error> take_conversion(const value* found);
    /// What becomes of the conversion at `at_`, which is behind the percent sign.
    result<std::string, percent_error> take_field();

    std::string_view text_;
    const percent_lookup& lookup_;
    const keep_name* keep_;  ///< null: everything is converted
    std::size_t at_ = 0;
};

bool formatter::accept(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
}

std::optional<std::string_view> formatter::take_key() {
    const std::size_t start = at_;
    for (int depth = 1; !at_end(); ++at_) {
        if (text_[at_] == '(') ++depth;
        if (text_[at_] == ')' && --depth == 0) return text_.substr(start, at_++ - start);
    }
    return std::nullopt;
}

void formatter::take_flags(conversion& how) {
    for (;; ++at_) {
        const char c = at_end() ? '\0' : text_[at_];
        if (c == '-')
            how.left = true;
        else if (c == '+')
            how.plus = true;
        else if (c == ' ')
            how.space = true;
        else if (c == '#')
            how.alternate = true;
        else if (c == '0')
            how.zero = true;
        else
            return;
    }
}

result<std::size_t, percent_error> formatter::take_number(const value* found,
                                                          std::string_view detail) {
    if (!at_end() && text_[at_] == '*') {
        // The star takes the value itself for a width, and then there is nothing to convert.
        const bool taken = found != nullptr && std::holds_alternative<std::int64_t>(*found);
        return bad(taken ? "not enough arguments for format string" : "* wants int");
    }
    std::size_t number = 0;
    for (; !at_end() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
        number = number * 10 + static_cast<std::size_t>(text_[at_] - '0');
        if (number > widest) return bad(std::string(detail));
    }
    return number;
}

/// `type` is what stands at `at_`.
percent_error formatter::unsupported(char32_t type) const {
    const char shown = type > 31 && type < 128 ? static_cast<char>(type) : '?';
    return bad(fmt::format("unsupported format character '{}' (0x{:x}) at index {}", shown,
                           static_cast<std::uint32_t>(type),
                           count_characters(text_.substr(0, at_))));
}

result<conversion, percent_error> formatter::take_conversion(const value* found) {
    conversion how;
    take_flags(how);
    RM_TRY(how.width, take_number(found, "width too big"));
    if (accept('.')) {
        RM_TRY(how.precision, take_number(found, "precision too big"));
    }
    if (!accept('h') && !accept('l')) accept('L');
    if (at_end()) return bad("incomplete format");
    const auto type = first_character(text_.substr(at_));
    how.type = type.code;
    if (!is_one_of(how.type, "sradiuxXoeEfFgGc")) return unsupported(how.type);
    at_ += type.length;
    return how;
}

result<std::string, percent_error> formatter::take_field() {
    const auto start = at_ - 1;
    const auto out = [this](std::string text) -> result<std::string, percent_error> {
        return {boost::system::in_place_value,
                keep_ == nullptr ? std::move(text) : escape_percent(text)};
    };
    if (accept('%')) return out("%");
    const value* found = nullptr;
    if (accept('(')) {
        const auto key = take_key();
        if (!key) return bad("incomplete format key");
        if (keep_ != nullptr && (*keep_)(*key)) {
            RM_TRY(const auto kept, take_conversion(nullptr));
            (void)kept;
            return {boost::system::in_place_value, text_.substr(start, at_ - start)};
        }
        found = lookup_(*key);
        if (found == nullptr) return percent_error{std::string(*key), {}};
    }
    RM_TRY(const auto how, take_conversion(found));
    RM_TRY(auto text, convert(found, how));
    return out(std::move(text));
}

result<std::string, percent_error> formatter::run() {
    std::string out;
    while (!at_end()) {
        const auto percent = std::min(text_.find('%', at_), text_.size());
        out += text_.substr(at_, percent - at_);
        at_ = percent;
        if (!accept('%')) break;
        RM_TRY(const auto field, take_field());
        out += field;
        if (out.size() > longest) return bad(fmt::format("longer than {} bytes", longest));
    }
    return {boost::system::in_place_value, std::move(out)};
}

}  // namespace

result<std::string, percent_error> percent_format(std::string_view text,
                                                  const percent_lookup& lookup) {
    return formatter(text, lookup, nullptr).run();
}

result<std::string, percent_error> percent_format_partly(std::string_view text,
                                                         const percent_lookup& lookup,
                                                         const keep_name& keep) {
    return formatter(text, lookup, &keep).run();
}

std::string escape_percent(std::string_view text) {
    std::string out;
    for (const char c : text) {
        out += c;
        if (c == '%') out += '%';
    }
    return out;
}

}  // namespace ringmaster::core

#include "http/basic_auth.hpp"

#include <algorithm>
#include <boost/uuid/detail/sha1.hpp>
#include <cstdio>
#include <utility>

#include "http/html.hpp"

namespace ringmaster::http {
namespace {

constexpr std::string_view hash_mark = "{SHA}";
constexpr std::size_t noted_bytes = 100;

std::string lower_case(std::string_view text) {
    std::string out{text};
    for (char& each : out)
        if (each >= 'A' && each <= 'Z') each = static_cast<char>(each - 'A' + 'a');
    return out;
}

std::string sha1_hex(std::string_view text) {
    boost::uuids::detail::sha1 hash;
    hash.process_bytes(text.data(), text.size());
    boost::uuids::detail::sha1::digest_type words;
    hash.get_digest(words);
    std::string out;
    for (const unsigned word : words) {
        char digits[9];
        std::snprintf(digits, sizeof digits, "%08x", word);
        out += digits;
    }
    return out;
}

/// Takes a time that depends only on the length of `given`, which its sender knows anyway.
bool equal_in_constant_time(std::string_view given, std::string_view expected) {
    volatile unsigned difference = given.size() == expected.size() ? 0 : 1;
    for (std::size_t at = 0; at < given.size(); ++at) {
        const char other = expected.empty() ? '\0' : expected[at % expected.size()];
        difference = difference | static_cast<unsigned char>(given[at] ^ other);
    }
    return difference == 0;
}

int digit_value(char digit) {
    if (digit >= 'A' && digit <= 'Z') return digit - 'A';
    if (digit >= 'a' && digit <= 'z') return digit - 'a' + 26;
    if (digit >= '0' && digit <= '9') return digit - '0' + 52;
    if (digit == '+') return 62;
    if (digit == '/') return 63;
    return -1;
}

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
    std::string out;
    unsigned bits = 0;
    int digits = 0;   // of the current group of four
    int padding = 0;  // directly behind them
    for (const char each : text) {
        if (each == '=') {
            if (digits >= 2 && digits + ++padding == 4) return out;
            continue;
        }
        const int value = digit_value(each);
        if (value < 0) continue;
        padding = 0;
        bits = (bits << 6 | static_cast<unsigned>(value)) & 0xFFFFFF;
        if (++digits > 1) out += static_cast<char>(bits >> (2 * (4 - digits)) & 0xFF);
        if (digits == 4) digits = 0;
    }
    if (digits != 0) return std::nullopt;
    return out;
}

basic_auth::basic_auth(std::string user, std::string password)
    : user_(std::move(user)), password_(std::move(password)) {
    hashed_ = password_.starts_with(hash_mark);
    if (hashed_) password_ = lower_case(std::string_view{password_}.substr(hash_mark.size()));
}

basic_auth::outcome basic_auth::check(std::optional<std::string_view> authorization) const {
    if (!required()) return {verdict::accepted, {}};
    if (!authorization) return {verdict::denied, {}};
    const std::size_t blank = authorization->find(' ');
    const std::string_view scheme = authorization->substr(0, blank);
    if (lower_case(scheme) != "basic")
        return {verdict::denied,
                "unknown/unsupported auth method: " + printable(scheme, noted_bytes)};
    const std::string_view code =
        blank == std::string_view::npos ? std::string_view{} : authorization->substr(blank + 1);
    const std::optional<std::string> plain = decode_base64(code);
    // Not the text itself: it may well be a password, and the log is for others to read.
    if (!plain || !is_valid_utf8(*plain))
        return {verdict::malformed, "malformed authorization info"};
    const std::string_view pair = *plain;
    const std::size_t colon = pair.find(':');
    if (colon == std::string_view::npos) return {verdict::denied, {}};
    const bool right = matches(pair.substr(0, colon), pair.substr(colon + 1));
    return {right ? verdict::accepted : verdict::denied, {}};
}

bool basic_auth::matches(std::string_view user, std::string_view password) const {
    const bool user_right = equal_in_constant_time(user, user_);
    const bool password_right = hashed_ ? equal_in_constant_time(sha1_hex(password), password_)
                                        : equal_in_constant_time(password, password_);
    return user_right && password_right;
}

}  // namespace ringmaster::http

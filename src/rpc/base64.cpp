#include "rpc/base64.hpp"

#include <cstdint>

namespace ringmaster::rpc {
namespace {

/// Value of a character of the alphabet, -1 for others.
int sextet(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    if (c == '/') return 63;
    return -1;
}

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
    std::string out;
    std::uint32_t bits = 0;
    int in_group = 0;  // characters of the current group of four
    int padding = 0;
    for (const char c : text) {
        if (c == '=' && in_group >= 2) {
            if (in_group + ++padding == 4) return out;
            continue;
        }
        const int value = sextet(c);
        if (value < 0) continue;
        padding = 0;
        bits = (bits << 6) | static_cast<std::uint32_t>(value);
        // Each character behind the first of a group completes one byte.
        if (in_group > 0) out.push_back(static_cast<char>(bits >> (6 - 2 * in_group)));
        in_group = (in_group + 1) % 4;
    }
    if (in_group != 0) return std::nullopt;
    return out;
}

}  // namespace ringmaster::rpc

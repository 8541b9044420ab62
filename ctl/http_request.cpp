#include "ctl/http_request.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>

#include "core/version.hpp"

namespace ringmaster::ctl {
namespace {

std::string encode_base64(std::string_view bytes) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const auto group = bytes.substr(at, 3);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i)
            bits = bits << 8 | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
        for (std::size_t i = 0; i < 4; ++i)
            out += i <= group.size() ? digits[bits >> (18 - 6 * i) & 63] : '=';
    }
    return out;
}

std::string common_fields(const server_access& who, const server_address& to, bool authorize) {
    auto fields = fmt::format("Host: {}\r\nUser-Agent: ringmasterctl/{}\r\n", to.host_header(),
                              core::ringmaster_version);
    if (authorize)
        fmt::format_to(std::back_inserter(fields), "Authorization: Basic {}\r\n",
                       encode_base64(fmt::format("{}:{}", who.username.value_or(""),
                                                 who.password.value_or(""))));
    return fields;
}

bool has_both(const server_access& who) {
    return who.username && who.password;
}

std::string encode_path(std::string_view path) {
    constexpr std::string_view special = "%?#\"<>\\^`{|}";
    std::string out;
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= ' ' || byte >= 0x7f || special.find(c) != std::string_view::npos)
            fmt::format_to(std::back_inserter(out), "%{:02X}", byte);
        else
            out += c;
    }
    return out;
}

}  // namespace

std::string rpc_request(const server_access& who, const server_address& to, std::string_view body) {
    return fmt::format(
        "POST /RPC2 HTTP/1.1\r\n{}Content-Type: text/xml\r\nAccept: text/xml\r\n"
        "Content-Length: {}\r\n\r\n{}",
        common_fields(who, to, has_both(who)), body.size(), body);
}

std::string stream_request(const server_access& who, const server_address& to,
                           std::string_view path) {
    const bool has_password = who.password && !who.password->empty();
    return fmt::format("GET {} HTTP/1.1\r\n{}Accept: */*\r\n\r\n", encode_path(path),
                       common_fields(who, to, has_both(who) || has_password));
}

}  // namespace ringmaster::ctl

#include "ctl/log_stream.hpp"

#include <fmt/format.h>

#include <array>

#include "ctl/http_request.hpp"

namespace ringmaster::ctl {

outcome<log_stream> log_stream::open(const server_access& server, std::string_view path) {
    const auto to = parse_server_url(server.url);
    if (!to) return to.error();
    auto established = connection::open(*to);
    if (!established) return established.error();
    if (auto sent = established->send(stream_request(server, *to, path)); !sent)
        return sent.error();
    return log_stream{*std::move(established), fmt::format("{}{}", server.url, path)};
}

outcome<bool> log_stream::pump(console& out) {
    std::array<char, 64 * 1024> buffer;
    const auto got = connection_.receive(buffer);
    if (!got) return got.error();
    if (*got == 0) return false;
    std::string text;
    if (auto fed = response_.feed({buffer.data(), *got}, text); !fed)
        return plain_failure("http.client.BadStatusLine", fed.error().text);
    if (!response_.has_head()) return true;
    if (response_.status() != 200) {
        out.error_line(fmt::format("{} Cannot read, status code {}", url_, response_.status()));
        return false;
    }
    out.print(text);
    return !response_.is_complete();
}

std::string log_path(std::string_view name, std::string_view channel) {
    return fmt::format("/logtail/{}/{}", name, channel);
}

}  // namespace ringmaster::ctl

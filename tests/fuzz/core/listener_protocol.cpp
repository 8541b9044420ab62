// Any bytes from a listener, in one piece and byte by byte: the tokens are the same.

#include "core/listener_protocol.hpp"

#include "fuzz/target.hpp"

using namespace ringmaster;

namespace {

using core::listener_protocol;
using core::listener_token;

void append(std::vector<listener_token>& all, std::vector<listener_token> more) {
    for (auto& each : more) all.push_back(std::move(each));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = fuzz::as_text(data, size);
    listener_protocol whole;
    listener_protocol pieces;
    (void)whole.feed("READY\n");
    whole.sent();
    pieces = whole;

    const auto expected = whole.feed(bytes);
    std::vector<listener_token> seen;
    for (std::size_t at = 0; at < size; ++at) append(seen, pieces.feed(bytes.substr(at, 1)));

    fuzz::require(seen.size() == expected.size(), "as many tokens");
    for (std::size_t i = 0; i < seen.size(); ++i) {
        fuzz::require(seen[i].what == expected[i].what, "the same tokens");
        fuzz::require(seen[i].line == expected[i].line, "the same lines");
        fuzz::require(seen[i].line.size() <= listener_protocol::longest_line, "bounded lines");
    }
    fuzz::require(whole.state() == pieces.state(), "the same state");
    return 0;
}

// Any output in capture mode, in one piece and byte by byte: the same text is plain and captured,
// and no byte but those of tokens is lost.

#include "core/capture.hpp"

#include "fuzz/target.hpp"

using namespace ringmaster;

namespace {

using core::capture_piece;
using core::capture_scanner;

struct sums {
    std::string plain;
    std::string captured;
    std::size_t ends = 0;

    void add(const std::vector<capture_piece>& pieces) {
        for (const auto& each : pieces) {
            switch (each.what) {
                case capture_piece::kind::plain: plain += each.bytes; break;
                case capture_piece::kind::captured: captured += each.bytes; break;
                case capture_piece::kind::end: ++ends; break;
            }
        }
    }
    bool operator==(const sums&) const = default;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = fuzz::as_text(data, size);
    capture_scanner whole;
    sums expected;
    expected.add(whole.feed(bytes));
    expected.add(whole.finish());

    capture_scanner pieces;
    sums seen;
    for (std::size_t at = 0; at < size; ++at) seen.add(pieces.feed(bytes.substr(at, 1)));
    seen.add(pieces.finish());
    fuzz::require(seen == expected, "the same text");
    return 0;
}

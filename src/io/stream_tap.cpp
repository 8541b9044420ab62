#include "io/stream_tap.hpp"

#include <algorithm>
#include <utility>

#include "core/ansi.hpp"

namespace ringmaster::io {
namespace {

using kind = tapped_piece::kind;

void strip(std::string& bytes) {
    bytes.resize(core::strip_ansi(bytes));
}

}  // namespace

stream_tap::stream_tap(tap_spec spec)
    : spec_(std::move(spec)),
      captured_(static_cast<std::size_t>(std::max<std::int64_t>(spec_.capture_maxbytes, 0))) {
    if (spec_.capture_maxbytes > 0) scanner_.emplace();
}

bool stream_tap::is_watched() const {
    if (spec_.always) return true;
    return spec_.wanted && (spec_.wanted->load(std::memory_order_relaxed) & spec_.events) != 0;
}

std::vector<stream_tap::piece> stream_tap::split(std::span<char> bytes, bool strip_ansi) {
    std::vector<piece> out;
    std::string text(bytes.data(), bytes.size());
    if (scanner_)
        add_captured(scanner_->feed(text), strip_ansi, out);
    else
        add_output(std::move(text), true, strip_ansi, out);
    return out;
}

std::vector<stream_tap::piece> stream_tap::rest(bool strip_ansi) {
    std::vector<piece> out;
    if (scanner_) add_captured(scanner_->finish(), strip_ansi, out);
    return out;
}

void stream_tap::add_captured(std::vector<core::capture_piece> found, bool strip_ansi,
                              std::vector<piece>& out) {
    for (auto& each : found) {
        if (each.what == core::capture_piece::kind::end) {
            out.push_back({captured_.take(), false, kind::capture});
        } else {
            const bool to_log = each.what == core::capture_piece::kind::plain;
            add_output(std::move(each.bytes), to_log, strip_ansi, out);
        }
    }
}

/// What is captured is seen as output, too, but kept for the end of the capture instead of logged.
void stream_tap::add_output(std::string bytes, bool to_log, bool strip_ansi,
                            std::vector<piece>& out) {
    if (strip_ansi) strip(bytes);
    if (bytes.empty()) return;
    if (!to_log) captured_.append(bytes);
    const bool watched = is_watched();
    if (!to_log && !watched) return;
    out.push_back({std::move(bytes), to_log, watched ? std::optional(kind::output) : std::nullopt});
}

}  // namespace ringmaster::io

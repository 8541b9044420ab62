// What the data plane does with bytes beyond moving them: search of capture tokens, removal of
// escape sequences. Per 64 KiB of ordinary log lines.

#include <benchmark/benchmark.h>

#include <span>
#include <string>

#include "core/ansi.hpp"
#include "core/capture.hpp"

namespace ringmaster::core {
namespace {

constexpr std::size_t piece_bytes = 65536;

/// Log lines, each with `extra` in it.
std::string log_lines(std::string_view extra) {
    std::string text;
    while (text.size() < piece_bytes) {
        text += "2026-11-22 11:37:00,123 INFO request /a?b=1 took 12 ms ";
        text += extra;
        text += '\n';
    }
    text.resize(piece_bytes);
    return text;
}

void count_bytes(benchmark::State& state) {
    state.SetBytesProcessed(static_cast<std::int64_t>(piece_bytes) * state.iterations());
}

void search_tokens(benchmark::State& state, std::string_view extra) {
    const std::string text = log_lines(extra);
    for (auto _ : state) {
        capture_scanner scanner;
        auto pieces = scanner.feed(text);
        benchmark::DoNotOptimize(pieces);
    }
    count_bytes(state);
}
BENCHMARK_CAPTURE(search_tokens, without_tokens, "")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(search_tokens, many_begins, "<!--XSUPERVISOR:BEG <ok>")
    ->Unit(benchmark::kMicrosecond);

void strip_escapes(benchmark::State& state, std::string_view extra) {
    const std::string text = log_lines(extra);
    std::string piece;
    for (auto _ : state) {
        piece = text;
        benchmark::DoNotOptimize(strip_ansi(std::span(piece)));
        benchmark::ClobberMemory();
    }
    count_bytes(state);
}
BENCHMARK_CAPTURE(strip_escapes, without_escapes, "")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(strip_escapes, coloured, "\x1b[31mred\x1b[0m")->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace ringmaster::core

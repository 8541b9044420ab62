// What XML-RPC documents cost: a call read by the daemon, a call written and an answer read by the
// client.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "rpc/client_codec.hpp"
#include "rpc/request_reader.hpp"
#include "rpc/xml_writer.hpp"

namespace ringmaster::rpc {
namespace {

void read_call(benchmark::State& state) {
    const std::string body =
        encode_call({"supervisor.startProcess", {value("web:front"), value(true)}});
    for (auto _ : state) {
        auto request = read_request(body);
        if (!request) return state.SkipWithError("the call was refused");
        benchmark::DoNotOptimize(request);
    }
}
BENCHMARK(read_call);

void write_call(benchmark::State& state) {
    const call request{"supervisor.startProcess", {value("web:front"), value(true)}};
    for (auto _ : state) benchmark::DoNotOptimize(encode_call(request));
}
BENCHMARK(write_call);

/// The client's share of a `status` of that many processes.
void read_answer(benchmark::State& state) {
    std::string body = "<?xml version='1.0'?><methodResponse><params><param><value><array><data>";
    for (std::int64_t i = 0; i < state.range(0); ++i) {
        body += fmt::format(
            "<value><struct><member><name>name</name><value><string>worker-{}</string></value>"
            "</member><member><name>state</name><value><int>20</int></value></member></struct>"
            "</value>",
            i);
    }
    body += "</data></array></value></param></params></methodResponse>";
    for (auto _ : state) {
        auto answer = decode_response(body);
        if (!answer) return state.SkipWithError("the answer was refused");
        benchmark::DoNotOptimize(answer);
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(body.size()) * state.iterations());
}
BENCHMARK(read_answer)->Arg(1)->Arg(1'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace ringmaster::rpc

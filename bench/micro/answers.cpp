// What an answer of the API costs; the argument is the number of processes, half of them running,
// the others never started, or the KiB of a log. plain_copy is the floor: a copy of such a
// document.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/supervisor.hpp"
#include "rpc/client_codec.hpp"
#include "rpc/supervisor_port.hpp"
#include "rpc/xml_writer.hpp"
#include "rpc/xmlrpc_endpoint.hpp"

namespace ringmaster::rpc {
namespace {

class silent_log final : public core::log_sink {
public:
    void write(core::log_level, std::string_view) override {}
    bool enabled(core::log_level) const override { return false; }
};

/// A fleet that only reports: what would act on it is not part of these workloads.
class reporting_port final : public supervisor_port {
public:
    explicit reporting_port(int processes) {
        constexpr int group_size = 100;
        for (int first = 0; first < processes; first += group_size) {
            core::group_config group;
            group.name = fmt::format("group-{:05}", first / group_size);
            for (int i = first; i < std::min(processes, first + group_size); ++i) {
                auto& process = group.processes.emplace_back();
                process.name = fmt::format("worker-{:05}", i);
                process.autostart = i % 2 == 0;
                process.startsecs = 0;
                process.stdout_log.path = fmt::format("/var/log/fleet/{}.log", process.name);
                process.stderr_log.path = fmt::format("/var/log/fleet/{}.err", process.name);
            }
            fleet_.add_group(std::move(group), now_);
        }
        fleet_.begin(now_);
        for (const process_id id : fleet_.in_name_order()) {
            if (fleet_.find(id)->launching()) {
                fleet_.launched(id, static_cast<int>(100'000 + id), now_);
            }
        }
        now_.wall += 12'345;
        fleet_.effects().clear();
    }

    const core::supervisor& model() const override { return fleet_; }
    std::int64_t wall_now() const override { return now_.wall; }
    std::string identification() const override { return "bench"; }
    int pid() const override { return 1; }
    core::log_sink& log() override { return log_; }

    task<std::optional<command_problem>> check_command(process_id) override { unused(); }
    void start(process_id) override { unused(); }
    void start_in_turn(process_id) override { unused(); }
    std::optional<std::string> stop(process_id) override { unused(); }
    std::optional<std::string> send_signal(process_id, int) override { unused(); }
    void report_stopping(process_id) override { unused(); }
    task<> settle(std::vector<process_id>, std::function<bool(process_id)>) override { unused(); }
    task<> yield() override { unused(); }
    task<log_slice> read_process_log(process_id, channel, log_window) override { unused(); }
    task<log_slice> read_main_log(log_window) override { unused(); }
    task<clear_outcome> clear_process_logs(process_id) override { unused(); }
    clear_outcome clear_main_log() override { unused(); }
    input_outcome send_input(process_id, std::string_view) override { unused(); }
    task<reread_outcome> reread_config() override { unused(); }
    task<group_change> add_group(std::string) override { unused(); }
    std::vector<const core::group_config*> configured_groups() const override { unused(); }
    group_change remove_group(std::string_view) override { unused(); }
    void send_remote_event(std::string_view, std::string_view) override { unused(); }
    void request_shutdown() override { unused(); }
    void request_restart() override { unused(); }

private:
    [[noreturn]] static void unused() { throw std::logic_error("not part of this benchmark"); }

    core::supervisor fleet_;
    core::instant now_{{}, 1'760'000'000};
    silent_log log_;
};

/// Calls the API once and returns the document.
std::string answer_to(api& methods, const std::string& request, core::log_sink& log) {
    io::asio::io_context loop{1};
    std::string document;
    io::asio::co_spawn(loop, handle_xmlrpc(methods, request, log),
                       [&](std::exception_ptr failure, http_answer answer) {
                           if (failure) std::rethrow_exception(failure);
                           document = std::move(answer.body);
                       });
    loop.run();
    return document;
}

void all_process_info(benchmark::State& state) {
    reporting_port port(static_cast<int>(state.range(0)));
    const std::vector<std::string> namespaces{"supervisor"};
    api methods(port, namespaces);
    const std::string request = encode_call({"supervisor.getAllProcessInfo", {}});
    std::size_t bytes = 0;
    for (auto _ : state) bytes = answer_to(methods, request, port.log()).size();
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * state.iterations());
    state.counters["document"] = static_cast<double>(bytes);
}
BENCHMARK(all_process_info)->Arg(100)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);

void plain_copy(benchmark::State& state) {
    const std::string document(static_cast<std::size_t>(state.range(0)) * 1'000, 'x');
    for (auto _ : state) {
        std::string copy(document);
        benchmark::DoNotOptimize(copy.data());
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(document.size()) * state.iterations());
}
BENCHMARK(plain_copy)->Arg(10'000)->Unit(benchmark::kMillisecond);

void escape(benchmark::State& state) {
    std::string text;
    while (text.size() < static_cast<std::size_t>(state.range(0)) * 1024) {
        text += "2026-11-22 11:37:00,123 INFO request \"GET /a?b=1&c=2\" took 12 ms <ok>\n";
    }
    for (auto _ : state) {
        std::string out;
        xml_writer writer(out);
        writer.string(text);
        benchmark::DoNotOptimize(out.data());
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * state.iterations());
}
BENCHMARK(escape)->Arg(1)->Arg(1'024)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace ringmaster::rpc

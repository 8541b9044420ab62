#include <string>
#include <utility>

#include "rpc/arguments.hpp"
#include "rpc/process_operations.hpp"
#include "rpc/result_list.hpp"
#include "rpc/selection.hpp"
#include "rpc/supervisor_methods.hpp"

namespace ringmaster::rpc {
namespace {

/// Why the logs of `who` were not cleared.
task<std::optional<fault>> clear_one(supervisor_port& port, const participant& who) {
    // These two can only have changed while others were cleared.
    if (port.model().state() != core::daemon_state::running) {
        co_return fault(fault_code::shutdown_state);
    }
    if (port.model().find(who.id) == nullptr) co_return fault(fault_code::bad_name, who.label);
    const auto outcome = co_await port.clear_process_logs(who.id);
    if (outcome == clear_outcome::failed) co_return fault(fault_code::failed, who.label);
    co_return std::nullopt;
}

}  // namespace

reply<void> clear_log(invocation& in) {
    switch (in.port.clear_main_log()) {
        case clear_outcome::done: in.out.boolean(true); return {};
        case clear_outcome::missing: return fault(fault_code::no_file);
        case clear_outcome::failed: break;
    }
    return fault(fault_code::failed);
}

task<reply<void>> clear_process_logs(invocation& in) {
    RM_CO_TRY(const auto name, text_argument(in.params, 0));
    RM_CO_TRY(const auto id, find_one(in.port.model(), name));
    const auto outcome = co_await in.port.clear_process_logs(id);
    if (outcome == clear_outcome::failed) co_return fault(fault_code::failed, std::string(name));
    in.out.boolean(true);
    co_return reply<void>();
}

task<reply<void>> clear_all_process_logs(invocation& in) {
    auto all = select_all(in.port.model(), [](const core::process_fsm&) { return true; });
    for (participant& each : all) {
        each.failure = co_await clear_one(in.port, each);
        co_await in.port.yield();
    }
    write_results(in.out, all);
    co_return reply<void>();
}

}  // namespace ringmaster::rpc

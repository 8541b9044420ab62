#include <utility>

#include <fmt/format.h>

#include "core/signals.hpp"
#include "rpc/arguments.hpp"
#include "rpc/process_operations.hpp"
#include "rpc/selection.hpp"
#include "rpc/supervisor_methods.hpp"

namespace ringmaster::rpc {
namespace {

using core::process_state;
using precondition = bool (*)(process_state);

bool may_start(process_state state) {
    return !core::is_running(state);
}

/// Those of `ids`, in their order, that an operation on many processes is about.
participants select(const core::supervisor& model, const std::vector<process_id>& ids,
                    precondition applies) {
    participants chosen;
    for (const process_id id : ids) {
        const core::process_fsm& fsm = *model.find(id);
        if (!applies(fsm.state())) continue;
        const std::string& group = model.group_of(id)->config.name;
        const std::string& name = fsm.config().name;
        auto& added = chosen.emplace_back(id, core::namespec(group, name));
        added.name = name;
        added.group = group;
    }
    return chosen;
}

participants select_all(const core::supervisor& model, precondition applies) {
    return select(model, model.in_priority_order(), applies);
}

participants select_group(const core::supervisor& model, const core::supervisor::group& group,
                          precondition applies) {
    return select(model, model.in_priority_order(group), applies);
}

participants only(process_id id, std::string_view label) {
    participants one;
    one.emplace_back(id, std::string(label));
    return one;
}

/// The result list of an operation on many processes.
reply<void> write_results(value_writer& out, const participants& all) {
    out.begin_array();
    for (const participant& each : all) {
        const fault_code status = each.failure ? each.failure->code : fault_code::success;
        out.begin_struct();
        out.key("name");
        out.string(each.name);
        out.key("group");
        out.string(each.group);
        out.key("status");
        out.integer(static_cast<int>(status));
        out.key("description");
        out.string(each.failure ? each.failure->text() : "OK");
        out.end_struct();
    }
    out.end_array();
    return {};
}

/// The result of an operation on one process.
reply<void> write_result(value_writer& out, const participant& one) {
    if (one.failure) return *one.failure;
    out.boolean(true);
    return {};
}

/// A signal as the client passed it, and its number if there is such a signal.
struct signal_argument {
    std::optional<int> number;
    std::string text;

    static reply<signal_argument> from(const array& params, std::size_t index) {
        signal_argument read;
        if (const std::string* const name = params.at(index).text()) {
            read.text = *name;
        } else {
            RM_TRY(const auto number, integer_argument(params, index));
            read.text = fmt::format("{}", number);
        }
        if (const auto known = core::parse_signal(read.text)) read.number = *known;
        return read;
    }
};

}  // namespace

task<reply<void>> start_process(invocation& in) {
    RM_CO_TRY(const auto name, text_argument(in.params, 0));
    RM_CO_TRY(const target found, find_target(in.port.model(), name));
    const bool wait = truth_argument(in.params, 1, true);
    if (found.process == core::no_process) {
        auto all = select_group(in.port.model(), *found.group, may_start);
        const auto done = co_await start_processes(in.port, std::move(all), wait);
        co_return write_results(in.out, done);
    }
    auto one = only(found.process, name);
    const auto done = co_await start_processes(in.port, std::move(one), wait);
    co_return write_result(in.out, done.front());
}

task<reply<void>> start_process_group(invocation& in) {
    RM_CO_TRY(const auto name, text_argument(in.params, 0));
    RM_CO_TRY(const auto* const group, find_group(in.port.model(), name));
    auto all = select_group(in.port.model(), *group, may_start);
    const bool wait = truth_argument(in.params, 1, true);
    const auto done = co_await start_processes(in.port, std::move(all), wait);
    co_return write_results(in.out, done);
}

task<reply<void>> start_all_processes(invocation& in) {
    auto all = select_all(in.port.model(), may_start);
    const bool wait = truth_argument(in.params, 0, true);
    const auto done = co_await start_processes(in.port, std::move(all), wait);
    co_return write_results(in.out, done);
}

task<reply<void>> stop_process(invocation& in) {
    RM_CO_TRY(const auto name, text_argument(in.params, 0));
    RM_CO_TRY(const target found, find_target(in.port.model(), name));
    const bool wait = truth_argument(in.params, 1, true);
    if (found.process == core::no_process) {
        auto all = select_group(in.port.model(), *found.group, core::is_running);
        const auto done = co_await stop_processes(in.port, std::move(all), wait);
        co_return write_results(in.out, done);
    }
    auto one = only(found.process, name);
    const auto done = co_await stop_processes(in.port, std::move(one), wait);
    co_return write_result(in.out, done.front());
}

task<reply<void>> stop_process_group(invocation& in) {
    RM_CO_TRY(const auto name, text_argument(in.params, 0));
    RM_CO_TRY(const auto* const group, find_group(in.port.model(), name));
    auto all = select_group(in.port.model(), *group, core::is_running);
    const bool wait = truth_argument(in.params, 1, true);
    const auto done = co_await stop_processes(in.port, std::move(all), wait);
    co_return write_results(in.out, done);
}

task<reply<void>> stop_all_processes(invocation& in) {
    auto all = select_all(in.port.model(), core::is_running);
    const bool wait = truth_argument(in.params, 0, true);
    const auto done = co_await stop_processes(in.port, std::move(all), wait);
    co_return write_results(in.out, done);
}

task<reply<void>> signal_process(invocation& in) {
    RM_CO_TRY(const auto name, text_argument(in.params, 0));
    RM_CO_TRY(const target found, find_target(in.port.model(), name));
    RM_CO_TRY(const auto signal, signal_argument::from(in.params, 1));
    if (found.process == core::no_process) {
        auto all = select_group(in.port.model(), *found.group, core::is_signallable);
        const auto done =
            co_await signal_processes(in.port, std::move(all), signal.number, signal.text);
        co_return write_results(in.out, done);
    }
    auto one = only(found.process, name);
    const auto done =
        co_await signal_processes(in.port, std::move(one), signal.number, signal.text);
    co_return write_result(in.out, done.front());
}

task<reply<void>> signal_process_group(invocation& in) {
    RM_CO_TRY(const auto name, text_argument(in.params, 0));
    RM_CO_TRY(const auto* const group, find_group(in.port.model(), name));
    RM_CO_TRY(const auto signal, signal_argument::from(in.params, 1));
    auto all = select_group(in.port.model(), *group, core::is_signallable);
    const auto done =
        co_await signal_processes(in.port, std::move(all), signal.number, signal.text);
    co_return write_results(in.out, done);
}

task<reply<void>> signal_all_processes(invocation& in) {
    RM_CO_TRY(const auto signal, signal_argument::from(in.params, 0));
    auto all = select_all(in.port.model(), core::is_signallable);
    const auto done =
        co_await signal_processes(in.port, std::move(all), signal.number, signal.text);
    co_return write_results(in.out, done);
}

}  // namespace ringmaster::rpc

#include <utility>

#include <fmt/format.h>

#include "core/signals.hpp"
#include "rpc/arguments.hpp"
#include "rpc/process_operations.hpp"
#include "rpc/result_list.hpp"
#include "rpc/selection.hpp"
#include "rpc/supervisor_methods.hpp"

namespace ringmaster::rpc {
namespace {

bool may_start(const core::process_fsm& process) {
    return !core::is_running(process.state());
}

bool may_signal(const core::process_fsm& process) {
    return core::is_signallable(process.state());
}

participants only(process_id id, std::string_view label) {
    participants one;
    one.emplace_back(id, std::string(label));
    return one;
}

/// For what should be a text.
fault no_text(const array& params, std::size_t index) {
    if (std::holds_alternative<nil>(params.at(index).held)) {
        return fault(fault_code::incorrect_parameters);
    }
    return {fault_code::incorrect_parameters, printed_argument(params, index)};
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
        read.text = printed_argument(params, index);
        std::string spelt = read.text;
        if (params.at(index).text() == nullptr) {
            RM_TRY(const auto number, integer_argument(params, index));
            spelt = fmt::format("{}", number);
        }
        if (const auto known = core::parse_signal(spelt)) read.number = *known;
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
        write_results(in.out, done);
        co_return reply<void>();
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
    write_results(in.out, done);
    co_return reply<void>();
}

task<reply<void>> start_all_processes(invocation& in) {
    auto all = select_all(in.port.model(), may_start);
    const bool wait = truth_argument(in.params, 0, true);
    const auto done = co_await start_processes(in.port, std::move(all), wait);
    write_results(in.out, done);
    co_return reply<void>();
}

task<reply<void>> stop_process(invocation& in) {
    RM_CO_TRY(const auto name, text_argument(in.params, 0));
    RM_CO_TRY(const target found, find_target(in.port.model(), name));
    const bool wait = truth_argument(in.params, 1, true);
    if (found.process == core::no_process) {
        auto all = select_group(in.port.model(), *found.group, can_be_stopped);
        const auto done = co_await stop_processes(in.port, std::move(all), wait);
        write_results(in.out, done);
        co_return reply<void>();
    }
    auto one = only(found.process, name);
    const auto done = co_await stop_processes(in.port, std::move(one), wait);
    co_return write_result(in.out, done.front());
}

task<reply<void>> stop_process_group(invocation& in) {
    RM_CO_TRY(const auto name, text_argument(in.params, 0));
    RM_CO_TRY(const auto* const group, find_group(in.port.model(), name));
    auto all = select_group(in.port.model(), *group, can_be_stopped);
    const bool wait = truth_argument(in.params, 1, true);
    const auto done = co_await stop_processes(in.port, std::move(all), wait);
    write_results(in.out, done);
    co_return reply<void>();
}

task<reply<void>> stop_all_processes(invocation& in) {
    auto all = select_all(in.port.model(), can_be_stopped);
    const bool wait = truth_argument(in.params, 0, true);
    const auto done = co_await stop_processes(in.port, std::move(all), wait);
    write_results(in.out, done);
    co_return reply<void>();
}

task<reply<void>> signal_process(invocation& in) {
    RM_CO_TRY(const auto name, text_argument(in.params, 0));
    RM_CO_TRY(const target found, find_target(in.port.model(), name));
    RM_CO_TRY(const auto signal, signal_argument::from(in.params, 1));
    if (found.process == core::no_process) {
        auto all = select_group(in.port.model(), *found.group, may_signal);
        const auto done =
            co_await signal_processes(in.port, std::move(all), signal.number, signal.text);
        write_results(in.out, done);
        co_return reply<void>();
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
    auto all = select_group(in.port.model(), *group, may_signal);
    const auto done =
        co_await signal_processes(in.port, std::move(all), signal.number, signal.text);
    write_results(in.out, done);
    co_return reply<void>();
}

task<reply<void>> signal_all_processes(invocation& in) {
    RM_CO_TRY(const auto signal, signal_argument::from(in.params, 0));
    auto all = select_all(in.port.model(), may_signal);
    const auto done =
        co_await signal_processes(in.port, std::move(all), signal.number, signal.text);
    write_results(in.out, done);
    co_return reply<void>();
}

reply<void> send_process_stdin(invocation& in) {
    // A text that is none comes before a name that is none.
    if (in.params[1].text() == nullptr) return no_text(in.params, 1);
    RM_TRY(const auto name, text_argument(in.params, 0));
    RM_TRY(const auto text, text_argument(in.params, 1));
    RM_TRY(const auto id, find_one(in.port.model(), name));
    const core::process_fsm& process = *in.port.model().find(id);
    if (process.pid() == 0 || process.killing()) {
        return fault(fault_code::not_running, std::string(name));
    }
    switch (in.port.send_input(id, text)) {
        case input_outcome::taken: in.out.boolean(true); return {};
        case input_outcome::closed: return fault(fault_code::no_file, std::string(name));
        case input_outcome::full: break;
    }
    return fault(fault_code::failed, fmt::format("{} does not read its stdin", name));
}

}  // namespace ringmaster::rpc

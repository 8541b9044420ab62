#include "rpc/dispatch.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace ringmaster::rpc {

api::api(supervisor_port& port, std::span<const std::string> namespaces) : port_(port) {
    for (const std::string& space : namespaces) {
        // A name with a dot could never be called: a call has exactly two parts.
        if (space != "system" && space.find('.') == std::string::npos)
            offer(space, supervisor_methods());
    }
    offer("system", system_methods());
    std::ranges::sort(methods_, {}, &entry::name);
    const auto doubled = std::ranges::unique(methods_, {}, &entry::name);
    methods_.erase(doubled.begin(), doubled.end());
}

void api::offer(std::string_view space, std::span<const method> methods) {
    for (const method& each : methods) {
        methods_.push_back({fmt::format("{}.{}", space, each.name), &each});
    }
}

const method* api::find(std::string_view name) const {
    const auto found = std::ranges::lower_bound(methods_, name, {}, &entry::name);
    return found != methods_.end() && found->name == name ? found->found : nullptr;
}

task<reply<void>> api::call(const rpc::call& request, value_writer& out) {
    const method* const found = find(request.method);
    if (found == nullptr) co_return fault(fault_code::unknown_method);
    if (!found->accepts(request.params.size())) {
        co_return fault(fault_code::incorrect_parameters);
    }
    if (found->gated && port_.model().state() != core::daemon_state::running) {
        co_return fault(fault_code::shutdown_state);
    }
    invocation with{*this, port_, request.params, out};
    if (const auto* run = std::get_if<immediate_function>(&found->function)) {
        co_return (*run)(with);
    }
    co_return co_await std::get<waiting_function>(found->function)(with);
}

}  // namespace ringmaster::rpc

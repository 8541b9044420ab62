#include "core/version.hpp"
#include "rpc/arguments.hpp"
#include "rpc/supervisor_methods.hpp"

namespace ringmaster::rpc {
namespace {

/// Supervisor's client refuses to talk to any other.
constexpr std::string_view api_version = "3.0";

}  // namespace

reply<void> get_api_version(invocation& in) {
    in.out.string(api_version);
    return {};
}

reply<void> get_supervisor_version(invocation& in) {
    in.out.string(core::supervisor_compat_version);
    return {};
}

reply<void> get_identification(invocation& in) {
    in.out.string(in.port.identification());
    return {};
}

reply<void> get_state(invocation& in) {
    const core::daemon_state state = in.port.model().state();
    in.out.begin_struct();
    in.out.key("statecode");
    in.out.integer(static_cast<int>(state));
    in.out.key("statename");
    in.out.string(core::state_name(state));
    in.out.end_struct();
    return {};
}

reply<void> get_pid(invocation& in) {
    in.out.integer(in.port.pid());
    return {};
}

reply<void> send_remote_comm_event(invocation& in) {
    in.port.send_remote_event(printed_argument(in.params, 0), printed_argument(in.params, 1));
    in.out.boolean(true);
    return {};
}

reply<void> shutdown(invocation& in) {
    in.port.request_shutdown();
    in.out.boolean(true);
    return {};
}

reply<void> restart(invocation& in) {
    in.port.request_restart();
    in.out.boolean(true);
    return {};
}

}  // namespace ringmaster::rpc

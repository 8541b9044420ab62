#include <algorithm>
#include <limits>

#include "core/process_info.hpp"
#include "rpc/arguments.hpp"
#include "rpc/selection.hpp"
#include "rpc/supervisor_methods.hpp"

namespace ringmaster::rpc {
namespace {

/// Times are clamped to 32 bits, which is all that old clients' decoders take.
std::int64_t clamped(std::int64_t seconds) {
    using limits = std::numeric_limits<std::int32_t>;
    return std::clamp<std::int64_t>(seconds, limits::min(), limits::max());
}

void write_info(value_writer& out, const core::process_info& info) {
    out.begin_struct();
    out.member("name", info.name);
    out.member("group", info.group);
    out.member("start", clamped(info.start));
    out.member("stop", clamped(info.stop));
    out.member("now", clamped(info.now));
    out.member("state", static_cast<int>(info.state));
    out.member("statename", core::state_name(info.state));
    out.member("spawnerr", info.spawnerr);
    out.member("exitstatus", info.exitstatus);
    out.member("logfile", info.stdout_logfile);
    out.member("stdout_logfile", info.stdout_logfile);
    out.member("stderr_logfile", info.stderr_logfile);
    out.member("pid", info.pid);
    out.member("description", core::describe(info));
    out.end_struct();
}

}  // namespace

reply<void> get_process_info(invocation& in) {
    RM_TRY(const auto name, text_argument(in.params, 0));
    RM_TRY(const auto id, find_one(in.port.model(), name));
    write_info(in.out, in.port.model().info(id, in.port.wall_now()));
    return {};
}

reply<void> get_all_process_info(invocation& in) {
    const core::supervisor& model = in.port.model();
    const std::int64_t now = in.port.wall_now();
    const auto ids = model.in_name_order();
    in.out.begin_array();
    const std::size_t before = in.out.size();
    for (std::size_t i = 0; i < ids.size(); ++i) {
        write_info(in.out, model.info(ids[i], now));
        // The others are about as long as the first. Growing step by step would cost as much again.
        if (i == 0) in.out.expect((in.out.size() - before) * ids.size() * 5 / 4);
    }
    in.out.end_array();
    return {};
}

}  // namespace ringmaster::rpc

#include <string>
#include <vector>

#include "rpc/arguments.hpp"
#include "rpc/supervisor_methods.hpp"

namespace ringmaster::rpc {
namespace {

void write_names(value_writer& out, const std::vector<std::string>& names) {
    out.begin_array();
    for (const std::string& name : names) out.string(name);
    out.end_array();
}

/// `refusal` is the fault for a group that is not in the state the change needs.
reply<void> write_change(invocation& in, group_change change, fault_code refusal,
                         std::string_view name) {
    switch (change) {
        case group_change::done: in.out.boolean(true); return {};
        case group_change::unknown: return fault(fault_code::bad_name, std::string(name));
        case group_change::refused: return fault(refusal, std::string(name));
        case group_change::failed: break;
    }
    return fault(fault_code::failed, std::string(name));
}

}  // namespace

task<reply<void>> reload_config(invocation& in) {
    const reread_outcome read = co_await in.port.reread_config();
    if (!read) co_return fault(fault_code::cant_reread, read.error());
    in.out.begin_array();
    in.out.begin_array();
    write_names(in.out, read->added);
    write_names(in.out, read->changed);
    write_names(in.out, read->removed);
    in.out.end_array();
    in.out.end_array();
    co_return reply<void>();
}

task<reply<void>> add_process_group(invocation& in) {
    RM_CO_TRY(const auto name, text_argument(in.params, 0));
    const auto change = co_await in.port.add_group(std::string(name));
    co_return write_change(in, change, fault_code::already_added, name);
}

reply<void> remove_process_group(invocation& in) {
    RM_TRY(const auto name, text_argument(in.params, 0));
    return write_change(in, in.port.remove_group(name), fault_code::still_running, name);
}

}  // namespace ringmaster::rpc

#include "rpc/result_list.hpp"

#include <vector>

namespace ringmaster::rpc {
namespace {

/// Those of `ids`, in their order, that an operation on many processes is about.
participants select(const core::supervisor& model, const std::vector<process_id>& ids,
                    precondition applies) {
    participants chosen;
    for (const process_id id : ids) {
        const core::process_fsm& fsm = *model.find(id);
        if (!applies(fsm)) continue;
        const std::string& group = model.group_of(id)->config.name;
        const std::string& name = fsm.config().name;
        auto& added = chosen.emplace_back(id, core::namespec(group, name));
        added.name = name;
        added.group = group;
    }
    return chosen;
}

}  // namespace

participants select_all(const core::supervisor& model, precondition applies) {
    return select(model, model.in_priority_order(), applies);
}

participants select_group(const core::supervisor& model, const core::supervisor::group& group,
                          precondition applies) {
    return select(model, model.in_priority_order(group), applies);
}

void write_results(value_writer& out, const participants& all) {
    out.begin_array();
    for (const participant& each : all) {
        const fault_code status = each.failure ? each.failure->code : fault_code::success;
        out.begin_struct();
        out.member("name", each.name);
        out.member("group", each.group);
        out.member("status", static_cast<int>(status));
        out.member("description", each.failure ? each.failure->text() : "OK");
        out.end_struct();
    }
    out.end_array();
}

}  // namespace ringmaster::rpc

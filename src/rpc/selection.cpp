#include "rpc/selection.hpp"

namespace ringmaster::rpc {
namespace {

fault bad_name(std::string_view name) {
    return {fault_code::bad_name, std::string(name)};
}

}  // namespace

reply<target> find_target(const core::supervisor& model, std::string_view name) {
    const std::size_t colon = name.find(':');
    const std::string_view group = name.substr(0, colon);
    const std::string_view process =
        colon == std::string_view::npos ? name : name.substr(colon + 1);
    target found;
    found.group = model.find_group(group);
    if (found.group == nullptr) return bad_name(name);
    if (process.empty() || process == "*") return found;
    found.process = model.find_process(group, process);
    if (found.process == core::no_process) return bad_name(name);
    return found;
}

reply<core::process_id> find_one(const core::supervisor& model, std::string_view name) {
    RM_TRY(const target found, find_target(model, name));
    if (found.process == core::no_process) return bad_name(name);
    return found.process;
}

reply<const core::supervisor::group*> find_group(const core::supervisor& model,
                                                 std::string_view name) {
    const core::supervisor::group* const found = model.find_group(name);
    if (found == nullptr) return bad_name(name);
    return found;
}

}  // namespace ringmaster::rpc

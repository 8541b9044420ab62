// Operations on many processes: which take part, and the list that is answered.
#pragma once

#include "rpc/process_operations.hpp"
#include "rpc/value_writer.hpp"

namespace ringmaster::rpc {

using precondition = bool (*)(const core::process_fsm&);

/// Every process to which it `applies`, in the order of bulk operations.
participants select_all(const core::supervisor& model, precondition applies);
participants select_group(const core::supervisor& model, const core::supervisor::group& group,
                          precondition applies);

/// name, group, status and description of every participant.
void write_results(value_writer& out, const participants& all);

}  // namespace ringmaster::rpc

// Groups: [group:x], and the one that each ungrouped program-type section makes of itself.
//
// Internal to the configuration loader.
#pragma once

#include "core/load_context.hpp"

namespace ringmaster::core {

/// Fills groups and shadowed_groups of the context's configuration, sorted by (priority, name).
void read_groups(load_context& context);

}  // namespace ringmaster::core

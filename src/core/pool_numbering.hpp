// How the section of a pool numbers its processes.
//
// The processes of a pool share something (a queue of events, a socket), so --dump cannot write
// them down as sections of their own. Internal to the configuration loader.
#pragma once

#include <memory>

#include "core/load_context.hpp"

namespace ringmaster::core {

/// Null if the group has fewer than two processes. They must have been read without a complaint.
std::shared_ptr<const pool_numbering> read_numbering(load_context& context,
                                                     const ini_section& section, section_kind kind,
                                                     const group_config& group);

}  // namespace ringmaster::core

// [program:x], [eventlistener:x] and [fcgi-program:x]: one section becomes its processes.
//
// Internal to the configuration loader.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/load_context.hpp"

namespace ringmaster::core {

/// What stands behind the first ':' of a section's name, stripped; not checked.
std::string_view name_in_section(std::string_view section);
/// The same, or the complaint about a name that cannot be used, which quotes it with its blanks.
parsed<std::string> checked_name_in_section(std::string_view section);

/// What all options of a section may refer to.
expansion_names names_of_program(const load_context& context, const ini_section& section,
                                 std::string_view group);

/// The processes of a section for the group called `group`, sorted by (priority, name). Empty
/// after a complaint. Warnings go to the context's messages.
std::vector<process_config> read_processes(load_context& context, const ini_section& section,
                                           section_kind kind, std::string_view group);

}  // namespace ringmaster::core

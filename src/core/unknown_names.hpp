// Sections and options that nobody will ever read, mostly because of a typing mistake.
//
// Supervisor passes over them in silence, and so does a normal start; --check-config tells. Pure;
// goes by the option table.
#pragma once

#include <string>
#include <vector>

#include "core/ini_reader.hpp"

namespace ringmaster::core {

/// A line for each, in the order of the document:
/// "a.conf:12: autorestrat: unknown option in [program:x]; did you mean `autorestart`?"
std::vector<std::string> find_unknown_names(const ini_document& document);

}  // namespace ringmaster::core

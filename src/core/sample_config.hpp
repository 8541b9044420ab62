// The sample configuration: every option with its default and one line of explanation.
#pragma once

#include <string>

namespace ringmaster::core {

/// A file that is valid as it stands. What is commented out shows defaults, or an example where
/// there is no default.
std::string sample_config();

}  // namespace ringmaster::core

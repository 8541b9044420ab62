// What the programs call themselves.
#pragma once

#include <string_view>

namespace ringmaster::core {

inline constexpr std::string_view ringmaster_version = "0.1.0";

/// The release of Supervisor whose behaviour we have; clients switch on it (getSupervisorVersion).
inline constexpr std::string_view supervisor_compat_version = "4.2.5";

}  // namespace ringmaster::core

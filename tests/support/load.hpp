// Shortcuts for tests that load a configuration from one text.
#pragma once

#include <string>
#include <string_view>

#include "core/config_loader.hpp"
#include "support/fake_host.hpp"

namespace ringmaster::test {

inline constexpr std::string_view config_path = "/etc/s.conf";

inline core::daemon_options options_for(const fake_host& machine) {
    core::daemon_options out;
    out.program = "/usr/bin/ringmasterd";
    out.config_file = std::string(config_path);
    out.start_directory = machine.cwd;
    return out;
}

/// Loads `text` as the main file, on `machine`.
inline result<core::config, core::config_error> load(std::string_view text,
                                                     fake_host machine = {}) {
    machine.files[std::string(config_path)] = text;
    return core::load_config(options_for(machine), machine);
}

/// The complaint about `text`, or "accepted".
inline std::string complaint(std::string_view text, fake_host machine = {}) {
    const auto got = load(text, std::move(machine));
    return got ? "accepted" : got.error().text;
}

}  // namespace ringmaster::test

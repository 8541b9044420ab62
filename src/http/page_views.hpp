// The HTML of the status page and of tail.html.
//
// Pure: data in, text out. Everything that comes from outside is escaped here and nowhere else. The
// structure, classes and link targets are those that scripts know from Supervisor's pages.
#pragma once

#include <cstdint>
#include <ctime>
#include <string>
#include <vector>

#include "core/process_info.hpp"

namespace ringmaster::http {

struct status_view {
    std::string message;  ///< empty: none
    std::vector<core::process_info> processes;
    core::daemon_state state = core::daemon_state::running;
    std::string version;
    std::time_t now = 0;
};

std::string render(const status_view& view);

struct tail_view {
    std::string process;  ///< namespec; empty: none was given
    std::int64_t limit = 1024;
    std::string text;
};

std::string render(const tail_view& view);

}  // namespace ringmaster::http

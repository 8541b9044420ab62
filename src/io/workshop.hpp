// Carries out a launch: from the plan to the running child, or to the text why there is none.
//
// Shared by the launcher's threads, each of which makes one child at a time, and kept alive by
// every launch under way, because a thread may hang in here. Looks up the command, makes pipes,
// opens logs, and has io/spawn make the process. Nothing is told or decided in here.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "io/child_slots.hpp"
#include "io/launcher.hpp"
#include "io/spawn.hpp"

namespace ringmaster::io {

class workshop {
public:
    workshop(launcher_options options, std::unique_ptr<child_slots> slots, spawn_method method);

    /// Blocks for as long as the machine takes. `half_made` is the way to end the child meanwhile.
    launch_outcome make_child(const launch_plan& plan, half_made_child& half_made);
    spawn_method method() const { return method_; }

private:
    struct child_ends;

    static error_code open_pipes(const launch_plan& plan, launched_child& ours, child_ends& theirs);
    std::vector<char*> overlay(const core::environment& own, std::vector<std::string>& lines);
    result<spawner> take_tool();
    void put_back(spawner tool);
    result<spawned> spawn(const launch_plan& plan, exec_plan exec, const child_ends& ends,
                          half_made_child& half_made);

    const launcher_options options_;
    std::vector<std::string> base_lines_;  ///< in the order of options_.base; read only
    std::unique_ptr<child_slots> slots_;
    spawn_method method_;
    std::mutex mutex_;
    std::vector<spawner> tools_;  ///< not in use
};

}  // namespace ringmaster::io

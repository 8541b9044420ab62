// Makes one process: the clone call and the child's way to execve.
//
// Called by the launcher's threads only. The caller is suspended until the child has called
// execve or ended, so everything in an exec_plan stays borrowed. What fails in the child is
// written to its own stderr, as Supervisor does, and the child ends with status 127.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/result.hpp"
#include "io/unique_fd.hpp"

namespace ringmaster::io {

/// Everything the child does between clone and execve, prepared beforehand: in the child nothing
/// may allocate, lock or log.
struct exec_plan {
    const char* path = nullptr;           ///< the resolved file
    char* const* argv = nullptr;
    char* const* envp = nullptr;
    int standard_in = -1;                 ///< numbers below `keep_below`
    int standard_out = -1;
    int standard_error = -1;
    unsigned keep_below = 3;              ///< child_slots::end()
    const char* directory = nullptr;      ///< null: inherit
    bool set_umask = false;
    mode_t umask = 0;
    bool switch_user = false;
    uid_t uid = 0;
    gid_t gid = 0;
    std::span<const gid_t> groups;
    /// Soft RLIMIT_NOFILE for the child; 0: inherit.
    std::uint64_t descriptor_limit = 0;
};

/// How a child shares the daemon's memory and descriptors until execve.
enum class spawn_method : std::uint8_t {
    shared_table,  ///< CLONE_VM|CLONE_VFORK|CLONE_FILES: cost does not depend on open descriptors
    copied_table,  ///< CLONE_VM|CLONE_VFORK: kernels before 5.9, or close_range refused
    copied_memory, ///< like fork(): under ThreadSanitizer, which cannot follow a shared stack
};

/// The cheapest method that works here; tries them on a child that ends at once.
spawn_method probe_spawn_method();

struct spawned {
    pid_t pid = 0;
    unique_fd pidfd;
};

/// One spawning thread's tools: the stack its children run on.
class spawner {
public:
    static result<spawner> make(spawn_method method);

    /// EAGAIN, ENOMEM …: no child was made. Not to be called by two threads at once.
    result<spawned> spawn(const exec_plan& plan) const;

private:
    struct unmap {
        void operator()(void* stack) const;
    };
    spawn_method method_ = spawn_method::copied_table;
    std::unique_ptr<void, unmap> stack_;
};

}  // namespace ringmaster::io

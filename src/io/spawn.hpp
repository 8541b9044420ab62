// Makes one process: the clone call and the child's way to execve.
//
// Called by the launcher's threads only. The caller is suspended until the child has called
// execve or ended, so everything in an exec_plan stays borrowed. What fails in the child is
// written to its own stderr, as Supervisor does, and the child ends with status 127. A child that
// hangs on its way (a dead network file system) can be ended from another thread.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>

#include "core/result.hpp"
#include "io/unique_fd.hpp"

namespace ringmaster::io {

/// Everything the child does between clone and execve, prepared beforehand: in the child nothing
/// may allocate, lock or log.
struct exec_plan {
    const char* path = nullptr;  ///< the resolved file
    char* const* argv = nullptr;
    char* const* envp = nullptr;
    int standard_in = -1;
    int standard_out = -1;
    int standard_error = -1;
    /// Set if the child may share the descriptor table: the three numbers are below `keep_below`
    /// (child_slots::end()). Cleared once they may be used for others, by spawn()'s return at the
    /// latest. Null: the table is copied.
    std::atomic<bool>* numbers_taken = nullptr;
    unsigned keep_below = 3;
    const char* directory = nullptr;  ///< null: inherit
    bool set_umask = false;
    mode_t umask = 0;
    bool switch_user = false;
    bool user_exists = true;
    uid_t uid = 0;
    gid_t gid = 0;
    std::span<const gid_t> groups;
    /// Soft RLIMIT_NOFILE for the child; 0: inherit.
    std::uint64_t descriptor_limit = 0;
};

/// How a child shares the daemon's memory and descriptors until execve.
enum class spawn_method : std::uint8_t {
    shared_table,   ///< CLONE_VM|CLONE_VFORK|CLONE_FILES: cost does not depend on open descriptors
    copied_table,   ///< CLONE_VM|CLONE_VFORK: kernels before 5.9, or close_range refused
    copied_memory,  ///< like fork(): under ThreadSanitizer, which cannot follow a shared stack
};

/// The cheapest method that works here; tries them on a child that ends at once.
spawn_method probe_spawn_method();

struct spawned {
    pid_t pid = 0;
    unique_fd pidfd;
};

/// The child of a spawn() that has not returned yet, as other threads may see it.
class half_made_child {
public:
    /// The child ends before its execve, also if it is only made later; spawn() then fails with
    /// ECANCELED. Does nothing once spawn() has returned. Any thread.
    void kill();

private:
    friend class spawner;
    std::mutex mutex_;
    std::atomic<bool> unwanted_ = false;
    int pidfd_ = -1;  ///< written by the kernel before the child runs
};

/// What one child at a time is made with: the stack that it runs on.
class spawner {
public:
    static result<spawner> make(spawn_method method);

    /// EAGAIN, ENOMEM …: no child was made. Not to be called by two threads at once.
    result<spawned> spawn(const exec_plan& plan, half_made_child& child) const;

private:
    struct unmap {
        void operator()(void* stack) const;
    };
    spawn_method method_ = spawn_method::copied_table;  ///< at best; see exec_plan
    std::unique_ptr<void, unmap> stack_;
};

}  // namespace ringmaster::io

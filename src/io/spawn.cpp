#include "io/spawn.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "io/posix.hpp"

// The child runs on a stack that the sanitizers do not know of.
#define RM_CHILD_CODE __attribute__((no_sanitize("address", "undefined", "thread")))

namespace ringmaster::io {
namespace {

constexpr std::size_t stack_size = 64 * 1024;
constexpr int exec_failed = 127;

// glibc's setuid() and friends make every thread of the process follow; in a child that shares
// our memory those would be the daemon's own threads. Only the bare system calls will do.
RM_CHILD_CODE long bare(long number, long a = 0, long b = 0, long c = 0) {
    return ::syscall(number, a, b, c);
}

RM_CHILD_CODE void say(const char* text) {
    [[maybe_unused]] const auto n = ::write(STDERR_FILENO, text, ::strlen(text));
}

RM_CHILD_CODE void say_number(unsigned long number) {
    char digits[24];
    char* first = digits + sizeof digits;
    *--first = '\0';
    do *--first = static_cast<char>('0' + number % 10);
    while ((number /= 10) != 0);
    say(first);
}

RM_CHILD_CODE void say_errno(int number) {
    const char* name = ::strerrorname_np(number);
    if (name != nullptr)
        say(name);
    else
        say_number(static_cast<unsigned long>(number));
}

[[noreturn]] RM_CHILD_CODE void give_up() {
    say("\nsupervisor: child process was not spawned\n");
    for (;;) bare(SYS_exit_group, exec_failed);
}

[[noreturn]] RM_CHILD_CODE void fail(const char* what, const char* subject) {
    const int number = errno;
    say("supervisor: couldn't ");
    say(what);
    say(" ");
    say(subject);
    say(": ");
    say_errno(number);
    give_up();
}

RM_CHILD_CODE void say_no_user(const exec_plan& plan, const char* why) {
    say("supervisor: couldn't setuid to ");
    say_number(plan.uid);
    say(": ");
    say(why);
}

[[noreturn]] RM_CHILD_CODE void fail_user(const exec_plan& plan, const char* why) {
    say_no_user(plan, why);
    give_up();
}

[[noreturn]] RM_CHILD_CODE void fail_missing_user(const exec_plan& plan) {
    say_no_user(plan, "Can't find uid ");
    say_number(plan.uid);
    give_up();
}

RM_CHILD_CODE void become_user(const exec_plan& plan) {
    const auto current = static_cast<uid_t>(bare(SYS_geteuid));
    if (current == plan.uid) return;
    if (current != 0) fail_user(plan, "Can't drop privilege as nonroot user");
    if (!plan.user_exists) fail_missing_user(plan);
    if (bare(SYS_setgroups, static_cast<long>(plan.groups.size()),
             reinterpret_cast<long>(plan.groups.data())) != 0) {
        fail_user(plan, "Could not set groups of effective user");
    }
    if (bare(SYS_setgid, plan.gid) != 0) {
        fail_user(plan, "Could not set group id of effective user");
    }
    if (bare(SYS_setuid, plan.uid) != 0) fail_user(plan, ::strerrorname_np(errno));
}

/// Gives the child a descriptor table of its own. Below `keep_below` it is copied, above it not.
/// Until this has succeeded the daemon's descriptors are the child's, so it may not touch one.
RM_CHILD_CODE bool leave_shared_table(const exec_plan& plan) {
    return bare(SYS_close_range, plan.keep_below, ~0U, CLOSE_RANGE_UNSHARE) == 0;
}

RM_CHILD_CODE void take_descriptors(const exec_plan& plan) {
    ::dup2(plan.standard_in, STDIN_FILENO);
    ::dup2(plan.standard_out, STDOUT_FILENO);
    ::dup2(plan.standard_error, STDERR_FILENO);
    // Where the call is refused, close-on-exec does it: every descriptor of the daemon has it.
    bare(SYS_close_range, 3, ~0U, 0);
}

RM_CHILD_CODE void reset_signals() {
    // The daemon catches nothing (it reads signals from a descriptor) and ignores only these.
    struct sigaction plain {};
    plain.sa_handler = SIG_DFL;
    ::sigaction(SIGPIPE, &plain, nullptr);
    ::sigaction(SIGXFSZ, &plain, nullptr);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

RM_CHILD_CODE void limit_descriptors(std::uint64_t soft) {
    struct rlimit limit {};
    if (soft == 0 || ::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = soft;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

struct child_start {
    const exec_plan* plan;
    const std::atomic<bool>* unwanted;
    bool shared;
    /// Errno of a child that ended before it had descriptors to speak through. It and the next
    /// member are read by the parent: the memory is shared wherever the table is.
    int failure = 0;
    bool numbers_given_back = false;
};

RM_CHILD_CODE int run_child(void* argument) {
    auto& start = *static_cast<child_start*>(argument);
    const exec_plan& plan = *start.plan;
    ::setpgid(0, 0);
    if (start.unwanted->load()) start.failure = ECANCELED;
    if (start.failure == 0 && start.shared && !leave_shared_table(plan)) start.failure = errno;
    if (start.failure != 0) {
        for (;;) bare(SYS_exit_group, exec_failed);
    }
    take_descriptors(plan);
    if (start.shared) {
        // From here on the child may hang, and may take its time over it.
        start.numbers_given_back = true;
        plan.numbers_taken->store(false);
    }
    if (plan.switch_user) become_user(plan);
    if (plan.directory != nullptr && ::chdir(plan.directory) != 0) {
        fail("chdir to", plan.directory);
    }
    if (plan.set_umask) ::umask(plan.umask);
    limit_descriptors(plan.descriptor_limit);
    reset_signals();
    ::execve(plan.path, plan.argv, plan.envp);
    fail("exec", plan.argv[0]);
}

/// Ends with 0 if close_range can unshare a table here.
RM_CHILD_CODE int run_probe(void*) {
    const bool works = bare(SYS_close_range, 3, ~0U, CLOSE_RANGE_UNSHARE) == 0;
    for (;;) bare(SYS_exit_group, works ? 0 : 1);
}

int clone_flags(spawn_method method) {
    switch (method) {
        case spawn_method::shared_table: return CLONE_VM | CLONE_VFORK | CLONE_FILES;
        case spawn_method::copied_table: return CLONE_VM | CLONE_VFORK;
        case spawn_method::copied_memory: return CLONE_VFORK;
    }
    return CLONE_VFORK;
}

}  // namespace

void spawner::unmap::operator()(void* stack) const {
    ::munmap(stack, stack_size);
}

result<spawner> spawner::make(spawn_method method) {
    void* const stack = ::mmap(nullptr, stack_size, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED) return last_errno();
    // The lowest page is never touched unless the stack overflows.
    ::mprotect(stack, 4096, PROT_NONE);
    spawner made;
    made.method_ = method;
    made.stack_.reset(stack);
    return made;
}

result<spawned> spawner::spawn(const exec_plan& plan, half_made_child& child) const {
    const bool shared = method_ == spawn_method::shared_table && plan.numbers_taken != nullptr;
    const auto method =
        method_ == spawn_method::shared_table && !shared ? spawn_method::copied_table : method_;
    child_start start{&plan, &child.unwanted_, shared};
    // All signals of this thread are blocked, so none can reach the child before it is ready.
    const int pid = ::clone(run_child, static_cast<char*>(stack_.get()) + stack_size,
                            clone_flags(method) | CLONE_PIDFD | SIGCHLD, &start, &child.pidfd_);
    const auto clone_error = last_errno();
    if (plan.numbers_taken != nullptr && !start.numbers_given_back) *plan.numbers_taken = false;
    const std::lock_guard lock(child.mutex_);
    spawned made{pid, unique_fd{std::exchange(child.pidfd_, -1)}};
    if (pid < 0) return clone_error;
    if (child.unwanted_) start.failure = ECANCELED;
    if (start.failure == 0) return made;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return posix_error(start.failure);
}

void half_made_child::kill() {
    const std::lock_guard lock(mutex_);
    // A child that is made from now on sees this; one that did not has left its pidfd here before.
    unwanted_ = true;
    const int pidfd = std::atomic_ref(pidfd_).load();
    if (pidfd >= 0) ::syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, nullptr, 0);
}

spawn_method probe_spawn_method() {
#if defined(__SANITIZE_THREAD__)
    return spawn_method::copied_memory;
#else
    alignas(16) static char stack[16 * 1024];
    const int pid =
        ::clone(run_probe, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, nullptr);
    int status = 0;
    if (pid < 0 || ::waitpid(pid, &status, 0) != pid) return spawn_method::copied_memory;
    return status == 0 ? spawn_method::shared_table : spawn_method::copied_table;
#endif
}

}  // namespace ringmaster::io

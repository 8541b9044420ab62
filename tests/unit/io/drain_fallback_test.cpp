// Where io_uring is forbidden the drain works all the same, and says why it is the other engine.
#include <gmock/gmock.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "unit/io/drain_fixture.hpp"

namespace ringmaster::io {
namespace {

using ::testing::HasSubstr;

/// What Docker's default profile does to the calls of io_uring; for this process and for ever.
bool forbid(unsigned call) {
    sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog filter{std::size(program), program};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

/// Runs `body` in a child where a system call is forbidden; its failures are printed by the child.
template <class Body>
void without(unsigned call, Body body) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        EXPECT_TRUE(forbid(call));
        body();
        ::_exit(::testing::Test::HasFailure() ? 1 : 0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "wait status " << status;
}

class DrainFallback : public Drain {
protected:
    void expect_fallback_without(unsigned call) {
        without(call, [this] {
            open(2);
            ASSERT_TRUE(plane);
            EXPECT_EQ(plane->engine(), engine_kind::epoll);
            EXPECT_THAT(plane->fallback_reason(), HasSubstr("EPERM"));
            const source stream = add("log");
            stream.say("drained all the same");
            finish(stream);
            EXPECT_EQ(content_of(stream.path), "drained all the same");
            plane.reset();
        });
    }
};

TEST_P(DrainFallback, AutomaticChoiceDrainsByEpollWhereIoUringIsForbidden) {
    expect_fallback_without(SYS_io_uring_setup);
}

TEST_P(DrainFallback, AutomaticChoiceDrainsByEpollWhereIoUringCanBeSetUpButNotUsed) {
    expect_fallback_without(SYS_io_uring_enter);
}

TEST_P(DrainFallback, AutomaticChoiceDrainsWhereIoUringCannotRegisterBuffers) {
    without(SYS_io_uring_register, [this] {
        open();
        const source stream = add("log");
        stream.say("drained all the same");
        finish(stream);
        EXPECT_EQ(content_of(stream.path), "drained all the same");
        plane.reset();
    });
}

TEST_P(DrainFallback, IoUringByNameFailsWhereItIsForbidden) {
    without(SYS_io_uring_setup, [this] {
        const auto refused = drain::open({engine_choice::uring, 1}, control.poster(), control);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error(), posix_error(EPERM));
    });
}

TEST_P(DrainFallback, TheEngineThatWasGotIsReported) {
    open();
    if (plane->engine() == engine_kind::uring) {
        EXPECT_EQ(plane->fallback_reason(), "");
    } else {
        EXPECT_NE(plane->fallback_reason(), "");
    }
}

INSTANTIATE_TEST_SUITE_P(Engines, DrainFallback, ::testing::Values(engine_choice::automatic),
                         [](const auto&) { return "automatic"; });

}  // namespace
}  // namespace ringmaster::io

#include "io/ring.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <array>

#include "io/posix.hpp"

#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

namespace ringmaster::io {
namespace {

// liburing maps and unmaps by bare system calls. ThreadSanitizer does not see them, and takes a
// ring for an earlier one of another thread that had the same address.
#if defined(__SANITIZE_THREAD__)
char rings_in_turn;
void before_unmapping() {
    __tsan_release(&rings_in_turn);
}
void after_mapping() {
    __tsan_acquire(&rings_in_turn);
}
#else
void before_unmapping() {}
void after_mapping() {}
#endif

/// Best first. DEFER_TASKRUN (6.1): completions happen when we ask, which is what makes gathering
/// possible. COOP_TASKRUN (5.19) at least spares the interrupts.
constexpr std::array<unsigned, 3> flag_sets{IORING_SETUP_SINGLE_ISSUER |
                                                IORING_SETUP_DEFER_TASKRUN |
                                                IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_SUBMIT_ALL,
                                            IORING_SETUP_COOP_TASKRUN | IORING_SETUP_SUBMIT_ALL, 0};

/// NODROP: completions beyond the queue wait in the kernel. EXT_ARG: a wait can time out.
constexpr unsigned needed_features = IORING_FEAT_NODROP | IORING_FEAT_EXT_ARG;

engine_refusal refusal(int number, std::string_view what) {
    const error_code code = posix_error(number);
    return {code, fmt::format("{}: {} ({})", what, errno_name(number), code.message())};
}

}  // namespace

result<std::unique_ptr<ring>, engine_refusal> ring::open(unsigned entries, unsigned completions) {
    std::unique_ptr<ring> made(new ring);
    int status = -EINVAL;
    for (const unsigned flags : flag_sets) {
        io_uring_params params{};
        params.flags = flags | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP;
        params.cq_entries = completions;
        status = ::io_uring_queue_init_params(entries, &made->ring_, &params);
        if (status != -EINVAL) break;
    }
    if (status < 0) {
        made->ring_.ring_fd = -1;
        return refusal(-status, "io_uring_setup");
    }
    after_mapping();
    if ((made->ring_.features & needed_features) != needed_features)
        return refusal(EOPNOTSUPP, "io_uring of this kernel is too old");
    if (const int tried = made->try_out(); tried < 0) return refusal(-tried, "io_uring_enter");
    ::io_uring_ring_dontfork(&made->ring_);
    return made;
}

/// Carries out a request that does nothing: a filter may allow the set-up, but not the use.
int ring::try_out() {
    io_uring_sqe* sqe = ::io_uring_get_sqe(&ring_);
    ::io_uring_prep_nop(sqe);
    sqe->user_data = 0;
    int status = 0;
    do {
        status = ::io_uring_submit_and_wait(&ring_, 1);
    } while (status == -EINTR);
    if (status >= 0) ::io_uring_cq_advance(&ring_, ::io_uring_cq_ready(&ring_));
    return status;
}

ring::~ring() {
    if (ring_.ring_fd < 0) return;
    before_unmapping();
    ::io_uring_queue_exit(&ring_);
}

bool ring::supports(int opcode) {
    io_uring_probe* probe = ::io_uring_get_probe_ring(&ring_);
    if (probe == nullptr) return false;
    const bool yes = ::io_uring_opcode_supported(probe, opcode) != 0;
    ::io_uring_free_probe(probe);
    return yes;
}

io_uring_sqe* ring::try_sqe() {
    io_uring_sqe* sqe = ::io_uring_get_sqe(&ring_);
    if (sqe == nullptr) {
        ::io_uring_submit(&ring_);
        sqe = ::io_uring_get_sqe(&ring_);
    }
    return sqe;
}

bool ring::more_to_come() const {
    constexpr unsigned behind = IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW;
    return ::io_uring_cq_ready(&ring_) > 0 || (IO_URING_READ_ONCE(*ring_.sq.kflags) & behind) != 0;
}

void ring::submit_and_wait(std::optional<std::chrono::milliseconds> limit) {
    int status = 0;
    if (::io_uring_cq_ready(&ring_) > 0) {
        status = ::io_uring_submit(&ring_);
    } else if (limit) {
        __kernel_timespec time{limit->count() / 1000, limit->count() % 1000 * 1'000'000};
        io_uring_cqe* first = nullptr;
        status = ::io_uring_submit_and_wait_timeout(&ring_, &first, 1, &time, nullptr);
    } else {
        status = ::io_uring_submit_and_wait(&ring_, 1);
    }
    // Out of memory for requests, most likely: what is queued stays queued. Do not ask again
    // without a pause.
    if (status < 0 && status != -EINTR && status != -ETIME && status != -EBUSY)
        ::poll(nullptr, 0, 1);
}

}  // namespace ringmaster::io

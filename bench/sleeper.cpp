// The child of the fleet benchmark: sleeper STAMPS CHILD
//
// Stamps its first instruction, writes one line, records both in the shared page STAMPS, and waits.
// On SIGUSR1 it writes a burst; any other signal ends it. It is linked without a C library, so that
// starting it costs little beside what the supervisor under test does.
//
// Exit codes: 2 wrong arguments or no stamps file, 3 the stamps file is full.

#include <signal.h>

#include "bare.hpp"
#include "stamps.hpp"

namespace {

using namespace ringmaster::bench;

char bytes[max_piece];

void greet(const char* child) {
    const char text[] = "ready ";
    long length = 0;
    for (const char* from = text; *from != 0; ++from) bytes[length++] = *from;
    while (*child != 0 && length < 30) bytes[length++] = *child++;
    bytes[length++] = '\n';
    write_all(bytes, length);
}

/// In pieces that end a line; lines are 64 bytes, or a piece if that is no multiple of 64.
void write_burst(stamp_header& stamps) {
    const auto piece = static_cast<long>(stamps.piece_bytes);
    const long line = piece % 64 == 0 ? 64 : piece;
    for (long i = 0; i < piece; ++i) bytes[i] = i % line == line - 1 ? '\n' : '.';
    auto next_ns = now_ns();
    for (auto left = static_cast<long>(stamps.burst_bytes); left > 0; left -= piece) {
        write_all(bytes, left < piece ? left : piece);
        if (stamps.pace_ns == 0) continue;
        next_ns += stamps.pace_ns;
        sleep_until(next_ns);
    }
    __atomic_fetch_add(&stamps.drained, 1, __ATOMIC_RELEASE);
}

void record(stamp_header& stamps, std::uint32_t child, std::uint64_t born_ns) {
    const auto life = __atomic_fetch_add(&stamps.lives, 1, __ATOMIC_RELAXED);
    if (life >= stamps.capacity) leave(3);
    auto& mine = reinterpret_cast<stamp_record*>(&stamps + 1)[life];
    mine.born_ns = born_ns;
    mine.greeted_ns = now_ns();
    mine.child = child;
    __atomic_store_n(&mine.pid, static_cast<std::uint32_t>(call(SYS_getpid)), __ATOMIC_RELEASE);
}

}  // namespace

extern "C" [[noreturn]] void bare_main(long argc, char** argv) {
    const auto born_ns = now_ns();
    if (argc != 3) leave(2);

    // Whatever mask was inherited: SIGUSR1 waits to be fetched, everything else acts.
    const std::uint64_t usr1 = 1u << (SIGUSR1 - 1);
    call(SYS_rt_sigprocmask, SIG_SETMASK, address(&usr1), 0, sizeof usr1);
    auto& stamps = map_page<stamp_header>(argv[1]);
    greet(argv[2]);
    record(stamps, to_number(argv[2]), born_ns);
    for (;;) {
        if (call(SYS_rt_sigtimedwait, address(&usr1), 0, 0, sizeof usr1) == SIGUSR1) {
            write_burst(stamps);
        }
    }
}

// The child of the fleet benchmark: sleeper STAMPS CHILD
//
// Stamps its first instruction, writes one line, records both in the shared page STAMPS, and waits.
// On SIGUSR1 it writes a burst; any other signal ends it. It is linked without a C library, so that
// starting it costs little beside what the supervisor under test does.
//
// Exit codes: 2 wrong arguments or no stamps file, 3 the stamps file is full.

#include "stamps.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

namespace {

using ringmaster::bench::stamp_header;
using ringmaster::bench::stamp_record;

long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
#if defined(__x86_64__)
    long answer;
    register long r10 asm("r10") = d;
    register long r8 asm("r8") = e;
    register long r9 asm("r9") = f;
    asm volatile("syscall"
                 : "=a"(answer)
                 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                 : "rcx", "r11", "memory");
    return answer;
#elif defined(__aarch64__)
    register long x8 asm("x8") = number;
    register long x0 asm("x0") = a;
    register long x1 asm("x1") = b;
    register long x2 asm("x2") = c;
    register long x3 asm("x3") = d;
    register long x4 asm("x4") = e;
    register long x5 asm("x5") = f;
    asm volatile("svc #0"
                 : "+r"(x0)
                 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                 : "memory");
    return x0;
#else
#error "sleeper needs the system call instruction of this processor"
#endif
}

long address(const void* pointer) {
    return reinterpret_cast<long>(pointer);
}

[[noreturn]] void leave(int code) {
    for (;;) call(SYS_exit_group, code);
}

std::uint64_t now_ns() {
    timespec now{};
    call(SYS_clock_gettime, CLOCK_MONOTONIC, address(&now));
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u +
           static_cast<std::uint64_t>(now.tv_nsec);
}

stamp_header* map_stamps(const char* path) {
    const long fd = call(SYS_openat, AT_FDCWD, address(path), O_RDWR | O_CLOEXEC);
    if (fd < 0) leave(2);
    const long size = call(SYS_lseek, fd, 0, 2 /* SEEK_END */);
    const long at = call(SYS_mmap, 0, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    call(SYS_close, fd);
    if (at < 0 && at > -4096) leave(2);
    return reinterpret_cast<stamp_header*>(at);
}

char bytes[ringmaster::bench::max_piece];

void write_all(const char* from, long size) {
    while (size > 0) {
        const long n = call(SYS_write, 1, address(from), size);
        if (n <= 0) leave(1);
        from += n;
        size -= n;
    }
}

void greet(const char* child) {
    const char text[] = "ready ";
    long length = 0;
    for (const char* from = text; *from != 0; ++from) bytes[length++] = *from;
    while (*child != 0 && length < 30) bytes[length++] = *child++;
    bytes[length++] = '\n';
    write_all(bytes, length);
}

void sleep_until(std::uint64_t when_ns) {
    timespec when{};
    when.tv_sec = static_cast<time_t>(when_ns / 1'000'000'000u);
    when.tv_nsec = static_cast<long>(when_ns % 1'000'000'000u);
    call(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, address(&when), 0);
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

std::uint32_t to_number(const char* digits) {
    std::uint32_t number = 0;
    for (; *digits >= '0' && *digits <= '9'; ++digits) {
        number = number * 10 + static_cast<std::uint32_t>(*digits - '0');
    }
    return number;
}

}  // namespace

extern "C" [[noreturn, gnu::used]] void sleeper_main(long* stack) {
    const auto born_ns = now_ns();
    const auto argv = reinterpret_cast<char**>(stack + 1);
    if (*stack != 3) leave(2);

    // Whatever mask was inherited: SIGUSR1 waits to be fetched, everything else acts.
    const std::uint64_t usr1 = 1u << (SIGUSR1 - 1);
    call(SYS_rt_sigprocmask, SIG_SETMASK, address(&usr1), 0, sizeof usr1);
    stamp_header& stamps = *map_stamps(argv[1]);
    greet(argv[2]);
    record(stamps, to_number(argv[2]), born_ns);
    for (;;) {
        if (call(SYS_rt_sigtimedwait, address(&usr1), 0, 0, sizeof usr1) == SIGUSR1) {
            write_burst(stamps);
        }
    }
}

#if defined(__x86_64__)
asm(".globl _start\n_start:\n  xor %ebp, %ebp\n  mov %rsp, %rdi\n  and $-16, %rsp\n"
    "  call sleeper_main\n");
#else
asm(".globl _start\n_start:\n  mov x0, sp\n  bl sleeper_main\n");
#endif

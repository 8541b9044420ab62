// Programs without a C library: system calls, the clock, and the entry point.
//
// For children that benchmarks start by the thousand: executing them costs little beside what the
// supervisor under test does. Included by the one source file of such a program, which is linked
// with -nostdlib and defines bare_main(argc, argv).
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include <cstdint>

extern "C" [[noreturn]] void bare_main(long argc, char** argv);

namespace ringmaster::bench {

inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0,
                 long f = 0) {
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

inline long address(const void* pointer) {
    return reinterpret_cast<long>(pointer);
}

[[noreturn]] inline void leave(int code) {
    for (;;) call(SYS_exit_group, code);
}

inline std::uint64_t now_ns() {
    timespec now{};
    call(SYS_clock_gettime, CLOCK_MONOTONIC, address(&now));
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u +
           static_cast<std::uint64_t>(now.tv_nsec);
}

/// Maps a whole file, shared; ends the program with 2 if it cannot.
template <class Page>
Page& map_page(const char* path) {
    const long fd = call(SYS_openat, AT_FDCWD, address(path), O_RDWR | O_CLOEXEC);
    if (fd < 0) leave(2);
    const long size = call(SYS_lseek, fd, 0, 2 /* SEEK_END */);
    const long at = call(SYS_mmap, 0, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    call(SYS_close, fd);
    if (at < 0 && at > -4096) leave(2);
    return *reinterpret_cast<Page*>(at);
}

/// To standard output; ends the program with 1 if nobody takes it.
inline void write_all(const char* from, long size) {
    while (size > 0) {
        const long n = call(SYS_write, 1, address(from), size);
        if (n <= 0) leave(1);
        from += n;
        size -= n;
    }
}

inline void sleep_until(std::uint64_t when_ns) {
    timespec when{};
    when.tv_sec = static_cast<time_t>(when_ns / 1'000'000'000u);
    when.tv_nsec = static_cast<long>(when_ns % 1'000'000'000u);
    call(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, address(&when), 0);
}

inline std::uint32_t to_number(const char* digits) {
    std::uint32_t number = 0;
    for (; *digits >= '0' && *digits <= '9'; ++digits) {
        number = number * 10 + static_cast<std::uint32_t>(*digits - '0');
    }
    return number;
}

}  // namespace ringmaster::bench

extern "C" [[noreturn, gnu::used]] inline void bare_start(long* stack) {
    bare_main(*stack, reinterpret_cast<char**>(stack + 1));
}

#if defined(__x86_64__)
asm(".globl _start\n_start:\n  xor %ebp, %ebp\n  mov %rsp, %rdi\n  and $-16, %rsp\n"
    "  call bare_start\n");
#else
asm(".globl _start\n_start:\n  mov x0, sp\n  bl bare_start\n");
#endif

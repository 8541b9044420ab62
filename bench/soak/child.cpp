// A child of the soak run: bench_soak_child PAGE CHILD
//
// Each life writes lines that can be foretold from child, life and line number, so that whoever
// reads the log finds every byte that is lost, doubled, damaged or out of order; and counts them in
// the shared page (bench/soak/page.py) before and after each write. A piece is no longer than a
// pipe takes at once (PIPE_BUF), so that a life that is killed leaves whole pieces.
//
// SIGUSR1: a burst. SIGUSR2: a flood. SIGHUP: exit with 0. SIGTERM: a last burst, then exit with 0.
// Exit codes: 2 wrong arguments or no page, 3 the page is full.

#include <signal.h>

#include "../bare.hpp"

namespace {

using namespace ringmaster::bench;

struct page_header {
    std::uint64_t lives;  ///< records handed out so far
    std::uint64_t capacity;
};

struct life_record {
    std::uint32_t child;
    std::uint32_t pid;       ///< written last: 0 means that the record is not complete
    std::uint64_t intended;  ///< lines, before they are written
    std::uint64_t written;   ///< lines, after that
};

constexpr long piece_bytes = 4096;  // PIPE_BUF
constexpr std::uint64_t longest_filler = 80;
constexpr long longest_line = 3 * 21 + static_cast<long>(longest_filler) + 1;
constexpr int burst_pieces = 4;
constexpr int flood_pieces = 256;

char piece[piece_bytes];

long put_number(long at, std::uint64_t number) {
    char digits[20];
    int count = 0;
    do {
        digits[count++] = static_cast<char>('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (count > 0) piece[at++] = digits[--count];
    piece[at++] = ' ';
    return at;
}

/// "CHILD LIFE LINE xxxxxx"; as many x as the numbers say.
long put_line(long at, std::uint64_t child, std::uint64_t life, std::uint64_t line) {
    at = put_number(at, child);
    at = put_number(at, life);
    at = put_number(at, line);
    const std::uint64_t filler = (life * 7 + line * 13) % longest_filler;
    for (std::uint64_t i = 0; i < filler; ++i) piece[at++] = 'x';
    piece[at++] = '\n';
    return at;
}

void write_piece(life_record& mine, std::uint64_t life) {
    long end = 0;
    std::uint64_t line = mine.written;
    while (end + longest_line <= piece_bytes) end = put_line(end, mine.child, life, line++);
    __atomic_store_n(&mine.intended, line, __ATOMIC_RELEASE);
    write_all(piece, end);
    __atomic_store_n(&mine.written, line, __ATOMIC_RELEASE);
}

void write_pieces(life_record& mine, std::uint64_t life, int count) {
    for (int i = 0; i < count; ++i) write_piece(mine, life);
}

constexpr std::uint64_t bit(int signo) {
    return std::uint64_t{1} << (signo - 1);
}

}  // namespace

extern "C" [[noreturn]] void bare_main(long argc, char** argv) {
    if (argc != 3) leave(2);
    const std::uint64_t awaited = bit(SIGUSR1) | bit(SIGUSR2) | bit(SIGHUP) | bit(SIGTERM);
    call(SYS_rt_sigprocmask, SIG_SETMASK, address(&awaited), 0, sizeof awaited);
    auto& page = map_page<page_header>(argv[1]);
    const auto life = __atomic_fetch_add(&page.lives, 1, __ATOMIC_RELAXED);
    if (life >= page.capacity) leave(3);
    auto& mine = reinterpret_cast<life_record*>(&page + 1)[life];
    mine.child = to_number(argv[2]);
    __atomic_store_n(&mine.pid, static_cast<std::uint32_t>(call(SYS_getpid)), __ATOMIC_RELEASE);
    write_piece(mine, life);
    for (;;) {
        const long signo = call(SYS_rt_sigtimedwait, address(&awaited), 0, 0, sizeof awaited);
        if (signo == SIGUSR1) write_pieces(mine, life, burst_pieces);
        if (signo == SIGUSR2) write_pieces(mine, life, flood_pieces);
        if (signo == SIGTERM) write_pieces(mine, life, burst_pieces);
        if (signo == SIGHUP || signo == SIGTERM) leave(0);
    }
}

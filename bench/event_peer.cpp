// The processes of the event benchmark (bench/events/run.py). STATE is a file that they share.
//
//   bench_event_peer write STATE WINDOW  writes lines of 100 bytes, each a packet of its own, so
//                                        that one read(2) takes one line; never more than WINDOW
//                                        lines of all writers are on their way
//   bench_event_peer listen STATE        an event listener that accepts everything and counts
//   bench_event_peer idle                does nothing
//   bench_event_peer floor STATE         the least that any supervisor must do: starts a listener
//                                        and sends it an event as soon as it has said READY

#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

struct shared_state {
    std::atomic<std::uint64_t> delivered;  ///< events that the listener has got; run.py reads it
    std::atomic<std::uint64_t> written;    ///< lines
};

shared_state* open_state(const char* path) {
    const int file = ::open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0 || ::ftruncate(file, sizeof(shared_state)) != 0) std::exit(1);
    void* const memory =
        ::mmap(nullptr, sizeof(shared_state), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED) std::exit(1);
    return static_cast<shared_state*>(memory);
}

bool say(int to, std::string_view text) {
    return ::write(to, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

const std::string& line() {
    static const std::string text = std::string(99, 'x') + "\n";
    return text;
}

int write_lines(shared_state& state, std::uint64_t window) {
    constexpr timespec pause{0, 1'000'000};
    // Packets take a page each: as many as lines of this length in a usual pipe.
    if (::fcntl(1, F_SETPIPE_SZ, 1 << 20) < 0) return 1;
    if (::fcntl(1, F_SETFL, ::fcntl(1, F_GETFL) | O_DIRECT) != 0) return 1;
    for (;;) {
        const auto number = state.written.fetch_add(1);
        while (number >= state.delivered.load() + window) ::nanosleep(&pause, nullptr);
        if (!say(1, line())) return 1;
    }
}

/// The length that an event's header announces.
std::size_t payload_size(std::string_view header) {
    constexpr std::string_view key = " len:";
    return std::strtoul(header.substr(header.rfind(key) + key.size()).data(), nullptr, 10);
}

int listen_to_events(shared_state& state) {
    std::string input(1 << 20, '\0');
    std::size_t held = 0;
    if (!say(1, "READY\n")) return 1;
    for (;;) {
        const ssize_t got = ::read(0, input.data() + held, input.size() - held);
        if (got <= 0) return 0;
        held += static_cast<std::size_t>(got);
        const std::string_view seen(input.data(), held);
        const auto end = seen.find('\n');
        if (end == std::string_view::npos) continue;
        if (held < end + 1 + payload_size(seen.substr(0, end + 1))) continue;
        held = 0;
        state.delivered.fetch_add(1);
        if (!say(1, "RESULT 2\nOKREADY\n")) return 0;
    }
}

/// As long as a real one in the middle of a run.
std::string sample_event() {
    const auto payload =
        "processname:writer_0 groupname:writer pid:1234567 channel:stdout\n" + line();
    return "ver:3.0 server:supervisor serial:123456 pool:listener poolserial:123456 "
           "eventname:PROCESS_LOG_STDOUT len:" +
           std::to_string(payload.size()) + "\n" + payload;
}

int send_events(const char* program, const char* state) {
    int events[2];
    int answers[2];
    if (::pipe2(events, O_CLOEXEC) != 0 || ::pipe2(answers, O_CLOEXEC) != 0) return 1;
    if (::fork() == 0) {
        ::dup2(events[0], 0);
        ::dup2(answers[1], 1);
        ::execl(program, program, "listen", state, nullptr);
        ::_exit(127);
    }
    ::close(events[0]);
    ::close(answers[1]);
    const auto event = sample_event();
    for (;;) {
        char answer[64];
        const ssize_t got = ::read(answers[0], answer, sizeof answer);
        if (got <= 0) return 1;
        if (!std::string_view(answer, static_cast<std::size_t>(got)).ends_with("READY\n")) continue;
        if (!say(events[1], event)) return 1;
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view role = argc > 1 ? argv[1] : "";
    if (role == "write" && argc == 4)
        return write_lines(*open_state(argv[2]), std::strtoul(argv[3], nullptr, 10));
    if (role == "listen" && argc == 3) return listen_to_events(*open_state(argv[2]));
    if (role == "floor" && argc == 3) return send_events("/proc/self/exe", argv[2]);
    if (role == "idle") return ::pause();
    return 2;
}

// The two ends of the event benchmark (bench/events/run.py): a program whose output becomes events,
// and the listener that gets them.
//
//   bench_event_peer write MICROSECONDS   writes a line of 100 bytes, again and again
//   bench_event_peer listen FILE          accepts every event; FILE holds their number, a 64-bit
//   word

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

int write_lines(long pause) {
    const std::string line = std::string(99, 'x') + "\n";
    const timespec time{0, pause * 1000};
    for (;;) {
        if (::write(1, line.data(), line.size()) < 0) return 1;
        ::nanosleep(&time, nullptr);
    }
}

/// The length that an event's header announces.
std::size_t payload_size(std::string_view header) {
    constexpr std::string_view key = " len:";
    return std::strtoul(header.substr(header.rfind(key) + key.size()).data(), nullptr, 10);
}

bool say(std::string_view text) {
    return ::write(1, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

int listen_to_events(const char* path) {
    const int file = ::open(path, O_RDWR | O_CREAT, 0644);
    if (file < 0 || ::ftruncate(file, sizeof(std::uint64_t)) != 0) return 1;
    void* const memory =
        ::mmap(nullptr, sizeof(std::uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED) return 1;
    std::atomic_ref count(*static_cast<std::uint64_t*>(memory));

    std::string input(1 << 20, '\0');
    std::size_t held = 0;
    if (!say("READY\n")) return 1;
    for (;;) {
        const ssize_t got = ::read(0, input.data() + held, input.size() - held);
        if (got <= 0) return 0;
        held += static_cast<std::size_t>(got);
        const std::string_view seen(input.data(), held);
        const auto end = seen.find('\n');
        if (end == std::string_view::npos) continue;
        if (held < end + 1 + payload_size(seen.substr(0, end + 1))) continue;
        held = 0;
        count.fetch_add(1);
        if (!say("RESULT 2\nOKREADY\n")) return 0;
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view role = argc == 3 ? argv[1] : "";
    if (role == "write") return write_lines(std::strtol(argv[2], nullptr, 10));
    if (role == "listen") return listen_to_events(argv[2]);
    return 2;
}

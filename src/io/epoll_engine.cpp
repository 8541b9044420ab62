// The engine that works everywhere: level-triggered epoll; the shard reads what is readable.
#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <vector>

#include "io/engine.hpp"
#include "io/posix.hpp"

namespace ringmaster::io {
namespace {

/// A batch is kept short so that commands to the shard are seen between two batches. All of it is
/// reported: epoll puts what it has returned to the end of its queue, so nobody is starved.
constexpr int batch_size = 16;
constexpr std::uint64_t wake_token = ~std::uint64_t{0};
constexpr std::uint64_t writable_token = std::uint64_t{1} << 32;

class epoll_engine final : public engine {
public:
    epoll_engine(unique_fd epoll, int wake_fd) : epoll_(std::move(epoll)), wake_fd_(wake_fd) {}

    engine_kind kind() const override { return engine_kind::epoll; }

    error_code watch(slot_id slot, int pipe) override {
        if (const error_code failed = set_nonblocking(pipe)) return failed;
        return add(slot, pipe, EPOLLIN, slot);
    }

    error_code watch_writable(slot_id slot, int fd) override {
        return add(slot, fd, EPOLLOUT | EPOLLONESHOT, slot | writable_token);
    }

    bool forget(slot_id slot) override {
        if (slot >= watched_.size() || watched_[slot] < 0) return true;
        ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, watched_[slot], nullptr);
        watched_[slot] = -1;
        return true;
    }

    void set_chatty(slot_id, bool) override {}

    bool wait(engine_handler& handler, std::optional<std::chrono::milliseconds> limit) override {
        std::array<epoll_event, batch_size> events;
        const int timeout = limit ? static_cast<int>(limit->count()) : -1;
        const int ready = ::epoll_wait(epoll_.get(), events.data(), batch_size, timeout);
        for (int i = 0; i < ready; ++i) report(handler, events[static_cast<std::size_t>(i)]);
        return ready == batch_size;
    }

private:
    error_code add(slot_id slot, int fd, std::uint32_t what, std::uint64_t token) {
        epoll_event event{};
        event.events = what;
        event.data.u64 = token;
        if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return last_errno();
        if (slot >= watched_.size()) watched_.resize(slot + 1, -1);
        watched_[slot] = fd;
        return {};
    }

    void report(engine_handler& handler, const epoll_event& event) {
        const auto slot = static_cast<slot_id>(event.data.u64);
        if (event.data.u64 == wake_token) {
            std::uint64_t count = 0;
            (void)!::read(wake_fd_, &count, sizeof count);
        } else if ((event.data.u64 & writable_token) != 0) {
            forget(slot);
            handler.on_writable(slot);
        } else {
            handler.on_readable(slot);
        }
    }

    unique_fd epoll_;
    int wake_fd_;
    std::vector<int> watched_;  // by slot; -1: nothing
};

}  // namespace

result<std::unique_ptr<engine>> open_epoll_engine(int wake_fd) {
    unique_fd epoll{::epoll_create1(EPOLL_CLOEXEC)};
    if (!epoll) return last_errno();
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = wake_token;
    if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, wake_fd, &event) != 0) return last_errno();
    return std::unique_ptr<engine>(std::make_unique<epoll_engine>(std::move(epoll), wake_fd));
}

}  // namespace ringmaster::io

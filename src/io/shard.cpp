#include "io/shard.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <future>

#include "io/posix.hpp"

namespace ringmaster::io {
namespace {

result<std::unique_ptr<engine>, engine_refusal> open_engine(engine_kind kind, int wake_fd) {
    if (kind == engine_kind::uring) return open_ring_engine(wake_fd);
    auto made = open_epoll_engine(wake_fd);
    if (!made) return engine_refusal{made.error(), "epoll: " + made.error().message()};
    return std::move(*made);
}

/// A new thread inherits the mask: signals are for the control thread, and writing to a pipe
/// without reader must be an error, not a SIGPIPE.
class all_signals_blocked {
public:
    all_signals_blocked() {
        ::sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~all_signals_blocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    all_signals_blocked(const all_signals_blocked&) = delete;
    all_signals_blocked& operator=(const all_signals_blocked&) = delete;

private:
    ::sigset_t before_;
};

template <class... Ts>
struct overloaded : Ts... {
    using Ts::operator()...;
};

}  // namespace

shard::~shard() {
    if (!thread_.joinable()) return;
    push(stop_shard{});
    join();
}

result<void, engine_refusal> shard::start(engine_kind kind, unsigned number) {
    // Blocking: a ring would fail a read of a non-blocking descriptor at once.
    wake_ = unique_fd{::eventfd(0, EFD_CLOEXEC)};
    if (!wake_) return engine_refusal{last_errno(), "eventfd: " + last_errno().message()};

    std::promise<result<void, engine_refusal>> ready;
    auto outcome = ready.get_future();
    try {
        const all_signals_blocked guard;
        thread_ = std::thread([this, kind, number, ready = std::move(ready)]() mutable {
            ::pthread_setname_np(::pthread_self(), fmt::format("drain-{}", number).c_str());
            auto kernel = open_engine(kind, wake_.get());
            if (!kernel) return ready.set_value(kernel.error());
            ready.set_value({});
            run(**kernel);
        });
    } catch (const std::system_error& failed) {
        return engine_refusal{posix_error(failed.code().value()), failed.what()};
    }
    auto started = outcome.get();
    if (!started) join();
    return started;
}

void shard::push(shard_command command) {
    bool first = false;
    {
        const std::lock_guard guard(lock_);
        first = commands_.empty();
        commands_.push_back(std::move(command));
    }
    if (!first) return;  // whoever pushed the first has woken the thread
    const std::uint64_t one = 1;
    (void)!::write(wake_.get(), &one, sizeof one);
}

void shard::join() {
    if (thread_.joinable()) thread_.join();
}

void shard::run(engine& kernel) {
    stream_table streams(kernel);
    for (;;) {
        execute(streams);
        const auto limit = streams.expire();
        publish(streams);
        if (stopping_ && streams.empty()) return;
        const bool more = kernel.wait(streams, limit);
        passes_.fetch_add(1, std::memory_order_relaxed);
        publish(streams);
        pause(streams.end_pass(more));
    }
}

void shard::execute(stream_table& streams) {
    std::vector<shard_command> commands;
    {
        const std::lock_guard guard(lock_);
        commands.swap(commands_);
    }
    const overloaded visitor{
        [&](add_stream& c) { streams.add(c.id, std::move(c.spec)); },
        [&](finish_stream& c) { streams.finish(c.id, true); },
        [&](resume_stream& c) { streams.resume(c.id); },
        [&](reopen_logs&) { streams.reopen_all(); },
        [&](clear_log& c) { streams.clear(c.id, std::move(c.done)); },
        [&](stop_shard&) {
            streams.finish_all();
            stopping_ = true;
        },
    };
    for (shard_command& command : commands) std::visit(visitor, command);
}

/// Lets output gather. A command ends the pause: finish() is on the way to a restart.
void shard::pause(gather::clock::duration delay) const {
    if (delay <= delay.zero()) return;
    const auto whole = std::chrono::duration_cast<std::chrono::nanoseconds>(delay).count();
    const timespec time{whole / 1'000'000'000, whole % 1'000'000'000};
    pollfd wake{wake_.get(), POLLIN, 0};
    ::ppoll(&wake, 1, &time, nullptr);
}

void shard::publish(stream_table& streams) {
    bytes_read_.store(streams.bytes_read(), std::memory_order_relaxed);
    drain_answers answers = streams.take_answers();
    if (!answers.empty()) answer_(*this, std::move(answers));
}

}  // namespace ringmaster::io

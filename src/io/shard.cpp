#include "io/shard.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "io/posix.hpp"

namespace ringmaster::io {
namespace {

result<std::unique_ptr<engine>, engine_refusal> open_engine(engine_kind kind, int wake_fd,
                                                            std::size_t memory) {
    if (kind == engine_kind::uring) return open_ring_engine(wake_fd, memory);
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
// C++20 deduces it; clang 16, which builds the fuzzers, does not yet.
template <class... Ts>
overloaded(Ts...) -> overloaded<Ts...>;

}  // namespace

result<void, engine_refusal> shard::start(engine_kind kind, unsigned number, std::size_t memory) {
    // Blocking: a ring would fail a read of a non-blocking descriptor at once.
    wake_ = unique_fd{::eventfd(0, EFD_CLOEXEC)};
    if (!wake_) return engine_refusal{last_errno(), "eventfd: " + last_errno().message()};

    readiness ready;
    auto outcome = ready.get_future();
    try {
        const all_signals_blocked guard;
        thread_ = std::thread(
            [self = shared_from_this(), kind, number, memory, ready = std::move(ready)]() mutable {
                ::pthread_setname_np(::pthread_self(), fmt::format("drain-{}", number).c_str());
                self->live(kind, memory, std::move(ready));
            });
    } catch (const std::system_error& failed) {
        return engine_refusal{posix_error(failed.code().value()), failed.what()};
    }
    auto started = outcome.get();
    if (!started) thread_.join();
    return started;
}

/// The thread, from its engine to its end.
void shard::live(engine_kind kind, std::size_t memory, readiness ready) {
    if (auto kernel = open_engine(kind, wake_.get(), memory)) {
        ready.set_value({});
        run(**kernel);
    } else {
        ready.set_value(kernel.error());
    }
    const std::lock_guard guard(lock_);
    ended_ = true;
    end_.notify_all();
}

void shard::push(shard_command command) {
    {
        const std::lock_guard guard(lock_);
        commands_.push_back(std::move(command));
        urgent_ = true;
        // A pause that began after the wake-up was taken needs another one.
        if (std::exchange(woken_, true) && !std::exchange(pausing_, false)) return;
    }
    wake();
}

template <class Enqueue>
void shard::push_unless_pausing(Enqueue enqueue) {
    {
        const std::lock_guard guard(lock_);
        enqueue();
        if (pausing_ || std::exchange(woken_, true)) return;
    }
    wake();
}

void shard::push_lazily(append_output command) {
    push_unless_pausing([&] {
        auto* const last =
            commands_.empty() ? nullptr : std::get_if<append_output>(&commands_.back());
        if (last != nullptr && last->id == command.id)
            last->bytes += command.bytes;
        else
            commands_.emplace_back(std::move(command));
    });
}

void shard::push_lazily(add_stream command) {
    push_unless_pausing([&] { commands_.emplace_back(std::move(command)); });
}

void shard::wake() const {
    const std::uint64_t one = 1;
    (void)!::write(wake_.get(), &one, sizeof one);
}

void shard::request_stop() {
    stop_requested_ = std::chrono::steady_clock::now();
    read_before_stop_ = bytes_read();
    push(stop_shard{});
}

bool shard::join(std::chrono::milliseconds patience) {
    auto deadline = stop_requested_ + patience;
    auto read_before = read_before_stop_;
    std::unique_lock guard(lock_);
    while (!end_.wait_until(guard, deadline, [this] { return ended_; })) {
        if (bytes_read() == read_before) {
            thread_.detach();
            return false;
        }
        read_before = bytes_read();
        deadline = std::chrono::steady_clock::now() + patience;
    }
    guard.unlock();
    thread_.join();
    return true;
}

void shard::run(engine& kernel) {
    stream_table streams(kernel, bytes_read_, budget_);
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
        woken_ = urgent_ = false;
    }
    const overloaded visitor{
        [&](add_stream& c) { streams.add(c.id, std::move(c.spec)); },
        [&](append_output& c) { streams.append(c.id, std::move(c.bytes)); },
        [&](hand_over_pipe& c) { streams.read_from(c.id, std::move(c.pipe)); },
        [&](finish_streams& c) {
            for (const stream_id id : c.ids) streams.finish(id);
        },
        [&](resume_stream& c) { streams.resume(c.id); },
        [&](struct resume_parked&) { streams.resume_parked(); },
        [&](reopen_logs&) { streams.reopen_all(); },
        [&](clear_log& c) { streams.clear(c.id, std::move(c.done)); },
        [&](stop_shard&) {
            streams.finish_all();
            stopping_ = true;
        },
    };
    for (shard_command& command : commands) std::visit(visitor, command);
}

/// Lets output gather. Most commands end the pause: finish() is on the way to a restart.
void shard::pause(gather::clock::duration delay) {
    if (delay <= delay.zero()) return;
    {
        const std::lock_guard guard(lock_);
        if (urgent_) return;
        pausing_ = true;
    }
    const auto whole = std::chrono::duration_cast<std::chrono::nanoseconds>(delay).count();
    const timespec time{whole / 1'000'000'000, whole % 1'000'000'000};
    pollfd wake{wake_.get(), POLLIN, 0};
    ::ppoll(&wake, 1, &time, nullptr);
    const std::lock_guard guard(lock_);
    pausing_ = false;
}

void shard::publish(stream_table& streams) {
    drain_answers answers = streams.take_answers();
    if (!answers.empty()) answer_(*this, std::move(answers));
}

}  // namespace ringmaster::io

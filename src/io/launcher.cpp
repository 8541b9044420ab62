#include "io/launcher.hpp"

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "io/child_slots.hpp"
#include "io/timer.hpp"
#include "io/worker_pool.hpp"
#include "io/workshop.hpp"

namespace ringmaster::io {
namespace {

/// Children that may be between clone and a descriptor table of their own beyond one for each
/// thread there is to begin with.
constexpr unsigned spare_slots = 2;

/// One launch, shared by the control thread and the thread that carries it out.
struct flight {
    flight(launch_plan what, launcher::done to) : plan(std::move(what)), answer(std::move(to)) {}
    flight(const flight&) = delete;
    flight& operator=(const flight&) = delete;
    /// Whoever drops a launch that was not answered drops its child, too.
    ~flight() {
        auto* const made = std::get_if<launched_child>(&outcome);
        if (made != nullptr && made->pidfd) destroy(std::move(*made));
    }

    const launch_plan plan;
    launcher::done answer;                 ///< control thread only
    bool reported = false;                 ///< control thread only
    std::atomic<bool> claimed = false;     ///< a thread has begun it, or it was taken back
    std::atomic<std::int64_t> begun_at{};  ///< steady clock's ticks; 0: not begun
    half_made_child child;
    launch_outcome outcome;  ///< the thread's until it is answered
};

class threaded_launcher final : public launcher {
public:
    threaded_launcher(const boost::asio::any_io_executor& control, const launcher_options& options,
                      std::unique_ptr<child_slots> slots, core::log_sink& log)
        : log_(log),
          hang_report_after_(options.hang_report_after),
          shop_(std::make_shared<workshop>(options, std::move(slots), probe_spawn_method())),
          pool_(control, {"launch", options.threads, options.most_threads}),
          report_due_(control) {}
    ~threaded_launcher() override { stop(); }

    error_code start();
    void launch(launch_number number, launch_plan plan, done answer) override;
    std::vector<launch_number> take_back() override;
    void give_up(launch_number number) override;
    spawn_method method() const override { return shop_->method(); }
    void stop() override;

private:
    void answer(launch_number number, flight& made);
    void watch();
    void report_hanging();

    core::log_sink& log_;
    const std::chrono::milliseconds hang_report_after_;
    std::shared_ptr<workshop> shop_;
    worker_pool pool_;
    std::map<launch_number, std::shared_ptr<flight>> flights_;
    timer report_due_;
};

error_code threaded_launcher::start() {
    pool_.on_exhausted = [this] {
        log_.write(core::log_level::critical,
                   fmt::format("{} launches hang: no program can be started until one comes back",
                               pool_.size()));
    };
    return pool_.start();
}

void threaded_launcher::launch(launch_number number, launch_plan plan, done answer_to) {
    auto own = std::make_shared<flight>(std::move(plan), std::move(answer_to));
    flights_.emplace(number, own);
    auto work = [own, shop = shop_] {
        if (own->claimed.exchange(true)) return;
        own->begun_at = std::chrono::steady_clock::now().time_since_epoch().count();
        own->outcome = shop->make_child(own->plan, own->child);
    };
    pool_.submit(std::move(work), [this, number, own] { answer(number, *own); });
    watch();
}

void threaded_launcher::answer(launch_number number, flight& made) {
    if (flights_.erase(number) == 0) return;
    made.answer(std::move(made.outcome));
    watch();
}

std::vector<launch_number> threaded_launcher::take_back() {
    std::vector<launch_number> taken;
    for (const auto& [number, own] : flights_) {
        if (!own->claimed.exchange(true)) taken.push_back(number);
    }
    for (const auto number : taken) flights_.erase(number);
    watch();
    return taken;
}

void threaded_launcher::give_up(launch_number number) {
    const auto found = flights_.find(number);
    if (found == flights_.end()) return;
    found->second->claimed = true;
    found->second->child.kill();
    flights_.erase(found);
    watch();
}

void threaded_launcher::stop() {
    report_due_.cancel();
    for (const auto& [number, own] : flights_) {
        own->claimed = true;
        own->child.kill();
    }
    flights_.clear();
    pool_.stop();
}

// -- what hangs -----------------------------------------------------------------------------------

/// Looks after the launches while there are some that were not reported yet.
void threaded_launcher::watch() {
    const auto unreported = [](const auto& each) { return !each.second->reported; };
    const bool wanted = std::ranges::any_of(flights_, unreported);
    if (wanted == report_due_.is_set()) return;
    if (!wanted) return report_due_.cancel();
    report_due_.ring_after(hang_report_after_, [this] { report_hanging(); });
}

void threaded_launcher::report_hanging() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    for (const auto& [number, own] : flights_) {
        const std::chrono::steady_clock::duration begun(own->begun_at);
        if (own->reported || begun.count() == 0 || now - begun < hang_report_after_) continue;
        own->reported = true;
        log_.write(core::log_level::warn,
                   fmt::format("the launch of '{}' hangs (a slow disk or network file system?); "
                               "other programs go on",
                               own->plan.name));
    }
    watch();
}

}  // namespace

unsigned usual_launch_threads() {
    return std::clamp(2 * std::thread::hardware_concurrency(), 4U, 8U);
}

std::string search_path(const core::environment& own, const core::environment& base) {
    if (const auto found = own.find("PATH"); found != own.end()) return found->second;
    if (const auto found = base.find("PATH"); found != base.end()) return found->second;
    return "/bin:/usr/bin:/usr/local/bin";
}

void destroy(launched_child child) {
    // Its pid is its own until it is reaped here.
    ::kill(child.pid, SIGKILL);
    ::waitpid(child.pid, nullptr, 0);
}

result<std::unique_ptr<launcher>> launcher::make(boost::asio::any_io_executor control,
                                                 launcher_options options, core::log_sink& log) {
    RM_TRY(auto slots, child_slots::reserve(options.threads + spare_slots));
    auto made = std::make_unique<threaded_launcher>(control, options, std::move(slots), log);
    if (const auto failed = made->start()) return failed;
    return std::unique_ptr<launcher>(std::move(made));
}

}  // namespace ringmaster::io

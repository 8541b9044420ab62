#include "io/fleet.hpp"

#include <string.h>

#include <boost/asio/post.hpp>
#include <cerrno>
#include <ctime>
#include <utility>

#include <fmt/format.h>

#include "io/posix.hpp"

namespace ringmaster::io {
namespace {

/// Effects carried out before the loop turns: 5,000 kills take about 100 ms, so a mass stop must
/// let commands and deaths in between.
constexpr int effects_per_turn = 64;

void report_failed_task(core::log_sink& log, const std::string& name, std::exception_ptr failure) {
    try {
        std::rethrow_exception(std::move(failure));
    } catch (const std::exception& error) {
        log.write(core::log_level::critical, fmt::format("{} failed: {}", name, error.what()));
    }
}

/// "[Errno 1] Operation not permitted", as Supervisor's texts spell errors.
std::string errno_text(int number) {
    return fmt::format("[Errno {}] {}", number, ::strerrordesc_np(number));
}

}  // namespace

result<std::unique_ptr<fleet>> fleet::make(asio::io_context& control, fleet_options options,
                                           core::log_sink& log) {
    std::unique_ptr<fleet> made(new fleet(control, std::move(options), log));
    fleet& self = *made;
    auto on_launched = [&self](core::process_id id, launch_outcome outcome) {
        self.on_launched(id, std::move(outcome));
    };
    auto on_exit = [&self](core::process_id id, const core::exit_status& status) {
        self.on_exit(id, status);
    };
    // Children get low descriptors, so these are reserved first.
    RM_TRY(self.launches_, launch_desk::open(control.get_executor(), self.options_.launcher, log,
                                             std::move(on_launched)));
    RM_TRY(self.children_, children::open(control, self.options_.children, self.supervisor_,
                                          self.events_, log, std::move(on_exit)));
    self.tasks_.spawn("exit watcher", self.children_->watch());
    return made;
}

fleet::fleet(asio::io_context& control, fleet_options options, core::log_sink& log)
    : control_(control),
      options_(std::move(options)),
      log_(log),
      events_(control.get_executor(), std::move(options_.events), supervisor_, *this, log),
      sockets_(log),
      tasks_(control.get_executor(),
             [&log](const std::string& name, std::exception_ptr failure) {
                 report_failed_task(log, name, std::move(failure));
             }),
      timer_(control.get_executor()),
      stopped_(control.get_executor()),
      waiters_(control.get_executor()) {
    supervisor_.limit_starts(options_.start_concurrency);
    supervisor_.limit_stops(options_.stop_concurrency);
}

fleet::~fleet() = default;

core::instant fleet::now() {
    return {std::chrono::steady_clock::now(), std::time(nullptr)};
}

// -- requests -------------------------------------------------------------------------------------

bool fleet::add_group(std::shared_ptr<const core::group_config> config) {
    const bool added = supervisor_.add_group(std::move(config), now());
    pump();
    return added;
}

bool fleet::remove_group(std::string_view name) {
    const auto* group = supervisor_.find_group(name);
    if (group == nullptr) return false;
    const auto members = group->members;
    carry_out_all();  // what happened to its members is told before they are forgotten
    const bool removed = supervisor_.remove_group(name);
    if (removed) {
        for (const auto id : members) waiters_.notify(id);
    }
    pump();
    return removed;
}

void fleet::begin() {
    on_child_signal();  // some may have ended before their signal could be seen
    supervisor_.begin(now());
    pump();
}

void fleet::start(core::process_id id) {
    supervisor_.start(id, now());
    pump();
}

void fleet::start_in_turn(core::process_id id) {
    supervisor_.start_in_turn(id, now());
    pump();
}

std::optional<std::string> fleet::stop(core::process_id id) {
    carry_out_all();  // the problems of others, whose turn comes first, are not this one's
    signal_problem_.clear();
    supervisor_.stop(id, now());
    return problem_of_signal();
}

std::optional<std::string> fleet::send(core::process_id id, int signo) {
    carry_out_all();
    signal_problem_.clear();
    supervisor_.send(id, signo, now());
    return problem_of_signal();
}

std::optional<std::string> fleet::problem_of_signal() {
    carry_out_all();
    pump();
    if (signal_problem_.empty()) return std::nullopt;
    return std::exchange(signal_problem_, {});
}

void fleet::report_stopping(core::process_id id) {
    supervisor_.report_stopping(id, now());
    pump();
}

void fleet::request(core::daemon_state target) {
    supervisor_.request(target, now());
    pump();
}

// -- carrying out ---------------------------------------------------------------------------------

void fleet::pump() {
    auto& effects = supervisor_.effects();
    for (int done = 0; done < effects_per_turn && !effects.empty(); ++done) {
        carry_out_next();
    }
    launch_next();
    arm_timer();
    if (!effects.empty() && !std::exchange(pump_posted_, true)) {
        asio::post(control_, [this] {
            pump_posted_ = false;
            pump();
        });
    }
    if (effects.empty() && supervisor_.finished()) stopped_.wake();
}

void fleet::carry_out_all() {
    while (!supervisor_.effects().empty()) carry_out_next();
}

void fleet::carry_out_next() {
    const core::effect effect = std::move(supervisor_.effects().front());
    supervisor_.effects().pop_front();
    if (std::holds_alternative<core::launch_effect>(effect.what)) {
        launches_->ask(effect.process);
    } else if (std::holds_alternative<core::give_up_effect>(effect.what)) {
        give_up_launch(effect.process);
    } else if (const auto* signal = std::get_if<core::signal_effect>(&effect.what)) {
        send_signal(effect.process, *signal);
    } else if (std::holds_alternative<core::gone_effect>(effect.what)) {
        events_.on_ended(effect.process);
        sockets_.give_back(effect.process);
    } else if (const auto* change = std::get_if<core::state_effect>(&effect.what)) {
        events_.on_state(effect.process, *change);
        waiters_.notify(effect.process);
    } else if (const auto* group = std::get_if<core::group_effect>(&effect.what)) {
        events_.on_group(*group);
    } else if (const auto* self = std::get_if<core::daemon_effect>(&effect.what)) {
        events_.on_daemon(*self);
    } else if (const auto* line = std::get_if<core::log_effect>(&effect.what)) {
        log_.write(line->level, line->text);
    }
}

void fleet::send_signal(core::process_id id, const core::signal_effect& signal) {
    const auto failed = children_->signal(id, signal.signo, signal.to_group);
    if (!failed) return;
    const auto* process = supervisor_.find(id);
    if (process == nullptr) return;
    const auto details = errno_text(failed.value());
    if (failed.value() != ESRCH) {
        signal_problem_ =
            fmt::format("unknown problem {} {} ({}):{}", signal.is_stop ? "killing" : "sending sig",
                        process->config().name, process->pid(), details);
    }
    supervisor_.signal_failed(id, signal, failed.value(), details, now());
}

void fleet::launch_next() {
    if (supervisor_.state() != core::daemon_state::running) cancel_launches();
    while (const auto id = launches_->next()) {
        if (auto plan = plan_for(*id)) {
            launches_->launch(*id, *std::move(plan));
        } else {
            supervisor_.launch_failed(*id, plan.error().text, now());
            waiters_.notify(*id);
        }
    }
}

/// What no thread has begun when everything is to stop is not begun any more.
void fleet::cancel_launches() {
    for (const auto id : launches_->cancel()) {
        supervisor_.launch_undone(id, "not started: the daemon is stopping", now());
        waiters_.notify(id);
    }
}

void fleet::give_up_launch(core::process_id id) {
    if (launches_->give_up(id)) waiters_.notify(id);
}

result<launch_plan, launch_failure> fleet::plan_for(core::process_id id) {
    const auto& config = supervisor_.find(id)->config();
    launch_plan plan;
    plan.name = config.name;
    plan.command = config.command;
    plan.directory = config.directory;
    plan.umask = config.umask;
    if (config.user) plan.uid = config.user->uid;
    plan.redirect_stderr = config.redirect_stderr;
    if (config.stdout_log.kind != core::channel_config::target::none) {
        plan.stdout_log = config.stdout_log.path;
    }
    if (config.stderr_log.kind != core::channel_config::target::none && !config.redirect_stderr) {
        plan.stderr_log = config.stderr_log.path;
    }
    plan.env = config.env;  // wins over the variables below, as under Supervisor
    const auto url = config.serverurl.value_or(options_.server_url);
    plan.env.try_emplace("SUPERVISOR_ENABLED", "1");
    if (!url.empty()) plan.env.try_emplace("SUPERVISOR_SERVER_URL", url);
    plan.env.try_emplace("SUPERVISOR_PROCESS_NAME", config.name);
    plan.env.try_emplace("SUPERVISOR_GROUP_NAME", supervisor_.group_of(id)->config.name);
    if (config.fcgi_socket) {
        auto socket = sockets_.lend(id, *config.fcgi_socket);
        if (!socket) return launch_failure{std::move(socket.error())};
        plan.standard_in = *std::move(socket);
    }
    return plan;
}

// -- what happens ---------------------------------------------------------------------------------

void fleet::on_launched(core::process_id id, launch_outcome outcome) {
    if (auto* failure = std::get_if<launch_failure>(&outcome)) {
        supervisor_.launch_failed(id, std::move(failure->text), now());
    } else {
        auto& made = std::get<launched_child>(outcome);
        const int pid = made.pid;
        if (const auto failed = children_->take_over(id, std::move(made))) {
            auto text =
                fmt::format("unknown error making dispatchers for '{}': {}",
                            supervisor_.find(id)->config().name, errno_name(failed.value()));
            supervisor_.launch_failed(id, std::move(text), now());
        } else {
            supervisor_.launched(id, pid, now());
        }
    }
    waiters_.notify(id);
    pump();
}

void fleet::on_exit(core::process_id id, const core::exit_status& status) {
    supervisor_.exited(id, status, now());
    waiters_.notify(id);
    pump();
}

core::delivery fleet::deliver(core::process_id listener, std::string text) {
    switch (children_->send_input(listener, text)) {
        case stdin_outcome::taken: return core::delivery::taken;
        case stdin_outcome::full: return core::delivery::full;
        case stdin_outcome::closed: break;
    }
    return core::delivery::closed;
}

void fleet::on_child_signal() {
    if (!options_.reaps_strays) return;
    exit_watcher::reap_strays([this](pid_t pid, const core::exit_status& status) {
        log_.write(core::log_level::info,
                   fmt::format("reaped unknown pid {} ({})", pid, describe(status)));
    });
}

void fleet::arm_timer() {
    const auto due = supervisor_.next_deadline();
    if (due == armed_) return;
    armed_ = due;
    if (!due) return timer_.cancel();
    timer_.ring_at(*due, [this] {
        armed_.reset();
        supervisor_.wake(now());
        pump();
    });
}

// -- the end --------------------------------------------------------------------------------------

task<> fleet::stopped() {
    while (!supervisor_.finished() || !supervisor_.effects().empty()) co_await stopped_.wait();
}

task<> fleet::close() {
    timer_.cancel();
    events_.close();
    tasks_.request_stop();
    co_await tasks_.join();
    launches_->close();
    children_->close();
}

}  // namespace ringmaster::io

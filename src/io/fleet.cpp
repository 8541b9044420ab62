#include "io/fleet.hpp"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <ctime>
#include <utility>

#include <fmt/format.h>

#include "io/posix.hpp"

namespace ringmaster::io {
namespace {

/// Effects carried out before the loop turns: 5,000 kills take about 100 ms, so a mass stop must
/// let commands and deaths in between.
constexpr int effects_per_turn = 64;
/// Launches handed to the threads at once: more than there are threads, so that those that hang
/// leave room for others, and few enough to hold no memory.
constexpr std::size_t launches_at_once = 128;

/// How long a launch that is done waits for an earlier one, so that both are told in start order.
constexpr std::chrono::milliseconds order_patience{20};
/// Streams whose end is not waited for any more hold descriptors until their disk comes back.
constexpr std::size_t most_late_streams = 1000;

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
    RM_TRY(auto watcher, exit_watcher::make(control.get_executor()));
    std::unique_ptr<fleet> made(new fleet(control, std::move(options), log, std::move(watcher)));
    RM_TRY(made->launcher_, launcher::make(control.get_executor(), made->options_.launcher, log));
    auto post = [&control](std::function<void()> work) { asio::post(control, std::move(work)); };
    RM_TRY(made->drain_, drain::open(made->options_.drain, post, *made));
    fleet& self = *made;
    auto on_exit = [&self](core::process_id id, const core::exit_status& status) {
        self.on_exit(id, status);
    };
    made->tasks_.spawn("exit watcher", made->watcher_.run(std::move(on_exit)));
    return made;
}

fleet::fleet(asio::io_context& control, fleet_options options, core::log_sink& log,
             exit_watcher watcher)
    : control_(control),
      options_(std::move(options)),
      log_(log),
      events_(control.get_executor(), std::move(options_.events), supervisor_, *this, log),
      sockets_(log),
      watcher_(std::move(watcher)),
      tasks_(control.get_executor(),
             [&log](const std::string& name, std::exception_ptr failure) {
                 report_failed_task(log, name, std::move(failure));
             }),
      timer_(control),
      stopped_(control, core::time_point::max()),
      answers_(order_patience),
      answers_due_(control),
      patience_(control.get_executor(), options_.log_patience,
                [this](core::process_id id) { give_up_output(id); }),
      waiters_(control.get_executor()) {
    supervisor_.limit_starts(options_.start_concurrency);
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
    // What happened to its members is told before they are forgotten.
    while (!supervisor_.effects().empty()) carry_out_next();
    const bool removed = supervisor_.remove_group(name);
    if (removed) {
        for (const auto id : members) waiters_.notify(id);
    }
    pump();
    return removed;
}

void fleet::begin() {
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
    signal_problem_.clear();
    supervisor_.stop(id, now());
    pump();
    if (signal_problem_.empty()) return std::nullopt;
    return signal_problem_;
}

std::optional<std::string> fleet::send(core::process_id id, int signo) {
    signal_problem_.clear();
    supervisor_.send(id, signo, now());
    pump();
    if (signal_problem_.empty()) return std::nullopt;
    return signal_problem_;
}

stdin_outcome fleet::send_input(core::process_id id, std::string_view text) {
    const auto found = children_.find(id);
    return found == children_.end() ? stdin_outcome::closed : found->second.input.send(text);
}

std::vector<stream_id> fleet::streams_of(core::process_id id) const {
    const auto found = children_.find(id);
    if (found == children_.end()) return {};
    const child& writer = found->second;
    if (writer.error == 0) return {writer.out};
    return {writer.out, writer.error};
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
    if (effects.empty() && supervisor_.finished()) stopped_.cancel();
}

void fleet::carry_out_next() {
    const core::effect effect = std::move(supervisor_.effects().front());
    supervisor_.effects().pop_front();
    if (std::holds_alternative<core::launch_effect>(effect.what)) {
        launches_.push_back(effect.process);
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
    const auto failed = watcher_.signal(id, signal.signo, signal.to_group);
    if (!failed) return;
    const auto* process = supervisor_.find(id);
    if (process == nullptr) return;
    const auto details = errno_text(failed.value());
    if (failed.value() != ESRCH) {
        signal_problem_ = fmt::format("unknown problem {} {} ({}):{}",
                                      process->killing() ? "killing" : "sending sig",
                                      process->config().name, process->pid(), details);
    }
    supervisor_.signal_failed(id, failed.value(), details, now());
}

void fleet::launch_next() {
    if (supervisor_.state() != core::daemon_state::running) cancel_launches();
    while (!launches_.empty() && under_way_.size() < launches_at_once) {
        const auto id = launches_.front();
        launches_.pop_front();
        auto plan = plan_for(id);
        if (const auto& wanted = supervisor_.find(id)->config().fcgi_socket) {
            auto socket = sockets_.lend(id, *wanted);
            if (!socket) {
                supervisor_.launch_failed(id, std::move(socket.error()), now());
                waiters_.notify(id);
                continue;
            }
            plan.standard_in = *std::move(socket);
        }
        const auto number = answers_.draw();
        under_way_.emplace(number, id);
        launcher_->launch(number, std::move(plan), [this, number](launch_outcome outcome) {
            answers_.arrive(number, {number, std::move(outcome)}, now().mono);
            take_answers();
        });
    }
}

void fleet::take_answers() {
    for (auto& answer : answers_.take(now().mono)) {
        on_launched(std::move(answer));
    }
    const auto due = answers_.deadline();
    if (!due) return;
    answers_due_.expires_at(*due);
    answers_due_.async_wait([this](const error_code& cancelled) {
        if (!cancelled) take_answers();
    });
}

/// What no thread has begun when everything is to stop is not begun any more.
void fleet::cancel_launches() {
    auto undone = std::exchange(launches_, {});
    for (const auto number : launcher_->take_back()) {
        undone.push_back(under_way_.extract(number).mapped());
    }
    for (const auto id : undone) {
        supervisor_.launch_undone(id, "not started: the daemon is stopping", now());
        waiters_.notify(id);
    }
}

void fleet::give_up_launch(core::process_id id) {
    std::erase(launches_, id);
    const auto found =
        std::ranges::find(under_way_, id, [](const auto& each) { return each.second; });
    if (found == under_way_.end()) return;
    launcher_->give_up(found->first);
    under_way_.erase(found);
    waiters_.notify(id);
}

launch_plan fleet::plan_for(core::process_id id) const {
    const auto& config = supervisor_.find(id)->config();
    launch_plan plan;
    plan.name = config.name;
    plan.command = config.command;
    plan.directory = config.directory;
    plan.umask = config.umask;
    plan.user = config.user;
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
    return plan;
}

void fleet::on_launched(launch_answer answer) {
    const auto known = under_way_.extract(answer.number);
    if (!known) {
        // Given up while it waited for its turn to be told.
        auto* const unwanted = std::get_if<launched_child>(&answer.outcome);
        if (unwanted != nullptr) destroy(std::move(*unwanted));
        return;
    }
    const auto id = known.mapped();
    if (auto* failure = std::get_if<launch_failure>(&answer.outcome)) {
        supervisor_.launch_failed(id, std::move(failure->text), now());
    } else {
        auto& made = std::get<launched_child>(answer.outcome);
        const int pid = made.pid;
        if (const auto failed = take_over(id, std::move(made))) {
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

error_code fleet::take_over(core::process_id id, launched_child made) {
    child starting;
    error_code failed;
    if (events_.is_conversation(id, core::output_channel::out)) {
        auto hear = [this, id](std::string_view bytes) { this->hear(id, bytes); };
        auto opened = listener_stdout::open(control_.get_executor(), std::move(made.stdout_pipe),
                                            std::move(hear));
        if (opened)
            starting.answers = *std::move(opened);
        else
            failed = opened.error();
    }
    if (!failed) failed = watcher_.watch(id, made.pid, std::move(made.pidfd));
    if (failed) {
        destroy(std::move(made));  // what cannot be watched must not live on unseen
        return failed;
    }
    child& own = children_[id] = std::move(starting);
    own.input = stdin_pipe(control_.get_executor(), std::move(made.stdin_pipe));
    events_.on_started(id);
    own.out = drain_into_log(std::move(made.stdout_pipe), std::move(made.stdout_log), id,
                             core::output_channel::out);
    if (made.stderr_pipe) {
        own.error = drain_into_log(std::move(made.stderr_pipe), std::move(made.stderr_log), id,
                                   core::output_channel::error);
    }
    return {};
}

stream_id fleet::drain_into_log(unique_fd pipe, unique_fd file, core::process_id owner,
                                core::output_channel channel) {
    const auto& config = supervisor_.find(owner)->config();
    const auto& log = channel == core::output_channel::out ? config.stdout_log : config.stderr_log;
    stream_spec spec;
    spec.pipe = std::move(pipe);
    spec.strip_ansi = options_.strip_ansi;
    spec.tap = events_.tap_for(owner, channel);
    const bool is_conversation = events_.is_conversation(owner, channel);
    // What a listener says to the daemon is a protocol, and no output.
    if (log.syslog && !is_conversation) spec.syslog_name = config.name;
    if (file) {
        if (is_conversation)
            children_.at(owner).credit = spec.credit = std::make_shared<byte_credit>();
        spec.log.path = log.path;
        spec.log.maxbytes = log.maxbytes;
        spec.log.backups = log.backups;
        spec.log.file = std::move(file);
    }
    const auto id = drain_->add(std::move(spec));
    streams_.emplace(id, owner);
    return id;
}

// -- what happens ---------------------------------------------------------------------------------

void fleet::on_exit(core::process_id id, const core::exit_status& status) {
    const auto found = children_.find(id);
    if (found == children_.end()) return;
    child& gone = found->second;
    gone.status = status;
    gone.input.close();
    gone.answers.finish();
    for (const auto stream : streams_of(id)) drain_->finish(stream);
    if (is_drained(gone)) return report_exit(id);
    patience_.begin(id);
}

void fleet::on_tapped(stream_id id, const tapped_piece& piece) {
    const auto owner = streams_.find(id);
    if (owner == streams_.end()) return;
    const bool is_error = children_.at(owner->second).error == id;
    events_.on_tapped(owner->second,
                      is_error ? core::output_channel::error : core::output_channel::out, piece);
}

/// The next event is on its way before the answer goes to the log. A listener that breaks the
/// protocol is a program like any other from then on.
void fleet::hear(core::process_id id, std::string_view bytes) {
    child& speaker = children_.at(id);
    const bool goes_on = events_.on_heard(id, bytes);
    if (speaker.credit && !drain_->append(speaker.out, speaker.credit, std::string(bytes)))
        speaker.answers.pause();
    if (!goes_on) drain_->read_from(speaker.out, speaker.answers.release());
}

void fleet::on_room(stream_id id) {
    const auto owner = streams_.find(id);
    if (owner != streams_.end()) children_.at(owner->second).answers.resume();
}

bool fleet::deliver(core::process_id listener, std::string text) {
    const auto found = children_.find(listener);
    return found != children_.end() && found->second.input.send(text) == stdin_outcome::taken;
}

void fleet::on_stream_finished(stream_id id) {
    const auto owner = streams_.find(id);
    if (owner == streams_.end()) {
        --late_streams_;
        return;
    }
    const auto process = owner->second;
    streams_.erase(owner);
    // A child may live on without its output; its death is told by the watcher.
    const child& writer = children_.at(process);
    if (writer.status && is_drained(writer)) report_exit(process);
}

bool fleet::is_drained(const child& writer) const {
    return !streams_.contains(writer.out) && !streams_.contains(writer.error);
}

/// The streams stay with the data plane, which writes what they hold before anything of a
/// successor.
void fleet::give_up_output(core::process_id id) {
    if (late_streams_ >= most_late_streams && supervisor_.state() == core::daemon_state::running)
        return patience_.begin(id);
    const child& late = children_.at(id);
    for (const auto stream : {late.out, late.error}) late_streams_ += streams_.erase(stream);
    log_.write(core::log_level::warn,
               fmt::format("the last output of '{}' is not in its log after {} s: the disk of the "
                           "log hangs; going on without waiting for it",
                           supervisor_.find(id)->config().name, patience_.time().count() / 1000));
    report_exit(id);
}

void fleet::report_exit(core::process_id id) {
    patience_.end(id);
    const auto status = children_.at(id).status.value();
    children_.erase(id);
    supervisor_.exited(id, status, now());
    waiters_.notify(id);
    pump();
}

void fleet::on_drain_message(core::log_level level, const std::string& text) {
    log_.write(level, text);
}

void fleet::on_child_signal() {
    if (!options_.adopts_orphans) return;
    watcher_.reap_strays([this](pid_t pid, const core::exit_status& status) {
        log_.write(core::log_level::info,
                   fmt::format("reaped unknown pid {} ({})", pid, describe(status)));
    });
}

void fleet::arm_timer() {
    const auto due = supervisor_.next_deadline();
    if (due == armed_) return;
    armed_ = due;
    if (!due) {
        timer_.cancel();
        return;
    }
    timer_.expires_at(*due);
    timer_.async_wait([this](const error_code& cancelled) {
        if (cancelled) return;
        armed_.reset();
        supervisor_.wake(now());
        pump();
    });
}

// -- the end --------------------------------------------------------------------------------------

task<> fleet::stopped() {
    while (!supervisor_.finished() || !supervisor_.effects().empty()) {
        auto [woken] = co_await stopped_.async_wait(tuple);
        (void)woken;  // operation_aborted is the wake-up
    }
}

task<> fleet::close() {
    timer_.cancel();
    answers_due_.cancel();
    patience_.close();
    events_.close();
    tasks_.request_stop();
    co_await tasks_.join();
    launcher_->stop();
    drain_->stop();
}

}  // namespace ringmaster::io

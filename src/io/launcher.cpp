#include "io/launcher.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <vector>

#include <fmt/format.h>

#include "io/child_slots.hpp"
#include "io/command_lookup.hpp"
#include "io/posix.hpp"
#include "io/posix_host.hpp"
#include "io/quiet_timer.hpp"
#include "io/worker_pool.hpp"

namespace ringmaster::io {
namespace {

/// Children that may be between clone and a descriptor table of their own beyond one for each
/// thread there is to begin with.
constexpr unsigned spare_slots = 2;

/// The ends of a child's pipes that the child gets.
struct child_ends {
    unique_fd standard_in;  ///< empty if the plan brings one
    unique_fd standard_out;
    unique_fd standard_error;  ///< empty with redirect_stderr
};

launch_failure no_descriptors(const launch_plan& plan) {
    return {fmt::format("too many open files to spawn '{}'", plan.name)};
}

launch_failure pipe_failure(const launch_plan& plan, const error_code& why) {
    if (why.value() == EMFILE) return no_descriptors(plan);
    return {fmt::format("unknown error making dispatchers for '{}': {}", plan.name,
                        errno_name(why.value()))};
}

launch_failure clone_failure(const launch_plan& plan, const error_code& why) {
    if (why.value() == EMFILE) return no_descriptors(plan);  // for the pidfd
    if (why.value() == EAGAIN) {
        return {fmt::format("Too many processes in process table to spawn '{}'", plan.name)};
    }
    return {
        fmt::format("unknown error during fork for '{}': {}", plan.name, errno_name(why.value()))};
}

error_code open_pipes(const launch_plan& plan, launched_child& ours, child_ends& theirs) {
    if (!plan.standard_in) {
        auto in = make_pipe();
        if (!in) return in.error();
        ours.stdin_pipe = std::move(in->write);
        theirs.standard_in = std::move(in->read);
        if (const auto failed = set_nonblocking(ours.stdin_pipe.get())) return failed;
    }
    auto out = make_pipe();
    if (!out) return out.error();
    ours.stdout_pipe = std::move(out->read);
    theirs.standard_out = std::move(out->write);
    if (plan.redirect_stderr) return {};
    auto error = make_pipe();
    if (!error) return error.error();
    ours.stderr_pipe = std::move(error->read);
    theirs.standard_error = std::move(error->write);
    return {};
}

error_code open_log(const std::string& path, unique_fd& into) {
    if (path.empty()) return {};
    // O_NONBLOCK: a FIFO without reader is an error (ENXIO), not a thread that hangs for ever.
    auto file = open_file(path, O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY | O_NONBLOCK);
    if (!file) return file.error();
    into = *std::move(file);
    return {};
}

std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> made;
    made.reserve(words.size() + 1);
    for (auto& word : words) made.push_back(word.data());
    made.push_back(nullptr);
    return made;
}

std::vector<std::string> lines_of(const core::environment& variables) {
    std::vector<std::string> lines;
    lines.reserve(variables.size());
    for (const auto& [name, text] : variables) lines.push_back(fmt::format("{}={}", name, text));
    return lines;
}

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

/// What the threads use. Kept alive by every launch, because a thread may hang.
class workshop {
public:
    workshop(launcher_options options, std::unique_ptr<child_slots> slots, spawn_method method)
        : options_(std::move(options)),
          base_lines_(lines_of(options_.base)),
          slots_(std::move(slots)),
          method_(method) {}

    launch_outcome make_child(const launch_plan& plan, half_made_child& half_made);
    spawn_method method() const { return method_; }

private:
    std::vector<char*> overlay(const core::environment& own, std::vector<std::string>& lines);
    result<spawner> take_tool();
    void put_back(spawner tool);
    result<spawned> spawn(const launch_plan& plan, exec_plan exec, const child_ends& ends,
                          half_made_child& half_made);

    const launcher_options options_;
    std::vector<std::string> base_lines_;  ///< in the order of options_.base; read only
    std::unique_ptr<child_slots> slots_;
    spawn_method method_;
    std::mutex mutex_;
    std::vector<spawner> tools_;  ///< not in use
};

result<spawner> workshop::take_tool() {
    {
        const std::lock_guard lock(mutex_);
        if (!tools_.empty()) {
            auto tool = std::move(tools_.back());
            tools_.pop_back();
            return tool;
        }
    }
    return spawner::make(method_);
}

void workshop::put_back(spawner tool) {
    const std::lock_guard lock(mutex_);
    tools_.push_back(std::move(tool));
}

/// What execve wants for the base environment overlaid by `own`, whose `lines` it points to.
std::vector<char*> workshop::overlay(const core::environment& own,
                                     std::vector<std::string>& lines) {
    std::vector<char*> made;
    made.reserve(base_lines_.size() + lines.size() + 1);
    auto line = base_lines_.begin();
    for (const auto& [name, text] : options_.base) {
        if (!own.contains(name)) made.push_back(line->data());
        ++line;
    }
    for (auto& each : lines) made.push_back(each.data());
    made.push_back(nullptr);
    return made;
}

launch_outcome workshop::make_child(const launch_plan& plan, half_made_child& half_made) {
    auto command = look_up(plan.command, search_path(plan.env, options_.base));
    if (!command) return launch_failure{command.error().text};

    launched_child ours;
    child_ends theirs;
    if (const auto failed = open_pipes(plan, ours, theirs)) return pipe_failure(plan, failed);
    if (const auto failed = open_log(plan.stdout_log, ours.stdout_log)) {
        return pipe_failure(plan, failed);
    }
    if (const auto failed = open_log(plan.stderr_log, ours.stderr_log)) {
        return pipe_failure(plan, failed);
    }

    auto own_lines = lines_of(plan.env);
    const auto argv = pointers(command->words);
    const auto envp = overlay(plan.env, own_lines);
    exec_plan exec;
    exec.path = command->path.c_str();
    exec.argv = argv.data();
    exec.envp = envp.data();
    exec.descriptor_limit = options_.descriptor_limit;
    auto child = spawn(plan, exec, theirs, half_made);
    if (!child) return clone_failure(plan, child.error());
    ours.pid = child->pid;
    ours.pidfd = std::move(child->pidfd);
    return ours;
}

result<spawned> workshop::spawn(const launch_plan& plan, exec_plan exec, const child_ends& ends,
                                half_made_child& half_made) {
    if (plan.directory) exec.directory = plan.directory->c_str();
    if (plan.umask) {
        exec.set_umask = true;
        exec.umask = static_cast<mode_t>(*plan.umask);
    }
    std::optional<core::account> user;
    if (plan.uid) {
        user = posix_host().find_user(*plan.uid);
        exec.switch_user = true;
        exec.uid = *plan.uid;
        exec.user_exists = user.has_value();
        if (user) {
            exec.gid = user->gid;
            exec.groups = user->groups;
        }
    }
    const int out = ends.standard_out.get();
    const std::array numbers{plan.standard_in ? plan.standard_in.get() : ends.standard_in.get(),
                             out, plan.redirect_stderr ? out : ends.standard_error.get()};
    exec.standard_in = numbers[0];
    exec.standard_out = numbers[1];
    exec.standard_error = numbers[2];
    // Without reserved numbers (many launches at once, or a failed dup) the table is copied.
    auto* const low = method_ == spawn_method::shared_table ? slots_->take(numbers) : nullptr;
    if (low != nullptr) {
        exec.standard_in = low->numbers[0].get();
        exec.standard_out = low->numbers[1].get();
        exec.standard_error = low->numbers[2].get();
        exec.numbers_taken = &low->taken;
        exec.keep_below = slots_->end();
    }
    auto tool = take_tool();
    if (!tool) {
        if (low != nullptr) low->taken = false;
        return tool.error();
    }
    auto child = tool->spawn(exec, half_made);
    put_back(*std::move(tool));
    if (low != nullptr) slots_->tidy(*low);
    return child;
}

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
    quiet_timer report_due_;
    bool watching_ = false;
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
    if (wanted == watching_) return;
    watching_ = wanted;
    if (!wanted) return report_due_.cancel();
    const auto failed = report_due_.ring_after(hang_report_after_, [this] {
        watching_ = false;
        report_hanging();
    });
    if (failed) watching_ = false;  // tried again with the next launch
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

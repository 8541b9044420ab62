#include "io/launcher.hpp"

#include <fcntl.h>
#include <pthread.h>

#include <boost/asio/post.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "io/child_slots.hpp"
#include "io/command_lookup.hpp"
#include "io/posix.hpp"

namespace ringmaster::io {
namespace {

/// The ends of a child's pipes that the child gets.
struct child_ends {
    unique_fd standard_in;
    unique_fd standard_out;
    unique_fd standard_error;  ///< empty with redirect_stderr
};

launch_failure pipe_failure(const launch_plan& plan, const error_code& why) {
    if (why.value() == EMFILE) {
        return {fmt::format("too many open files to spawn '{}'", plan.name)};
    }
    return {fmt::format("unknown error making dispatchers for '{}': {}", plan.name,
                        errno_name(why.value()))};
}

launch_failure clone_failure(const launch_plan& plan, const error_code& why) {
    if (why.value() == EAGAIN) {
        return {fmt::format("Too many processes in process table to spawn '{}'", plan.name)};
    }
    return {
        fmt::format("unknown error during fork for '{}': {}", plan.name, errno_name(why.value()))};
}

error_code open_pipes(const launch_plan& plan, launched_child& ours, child_ends& theirs) {
    auto in = make_pipe();
    if (!in) return in.error();
    ours.stdin_pipe = std::move(in->write);
    theirs.standard_in = std::move(in->read);
    auto out = make_pipe();
    if (!out) return out.error();
    ours.stdout_pipe = std::move(out->read);
    theirs.standard_out = std::move(out->write);
    if (plan.redirect_stderr) return set_nonblocking(ours.stdin_pipe.get());
    auto error = make_pipe();
    if (!error) return error.error();
    ours.stderr_pipe = std::move(error->read);
    theirs.standard_error = std::move(error->write);
    return set_nonblocking(ours.stdin_pipe.get());
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

/// "K=V" lines of `base` overlaid by `own`, both sorted by name.
std::vector<std::string> merge(const core::environment& base, const core::environment& own) {
    std::vector<std::string> lines;
    lines.reserve(base.size() + own.size());
    for (const auto& [name, text] : base) {
        if (!own.contains(name)) lines.push_back(fmt::format("{}={}", name, text));
    }
    for (const auto& [name, text] : own) lines.push_back(fmt::format("{}={}", name, text));
    return lines;
}

struct job {
    launch_plan plan;
    launcher::done answer;
};

class threaded_launcher final : public launcher {
public:
    threaded_launcher(boost::asio::any_io_executor control, launcher_options options,
                      child_slots slots, spawn_method method)
        : control_(std::move(control)),
          options_(std::move(options)),
          slots_(std::move(slots)),
          method_(method) {}
    ~threaded_launcher() override { stop(); }

    error_code start();
    void launch(launch_plan plan, done answer) override;
    spawn_method method() const override { return method_; }
    void stop() override;

private:
    void run(unsigned thread, const spawner& tool);
    std::optional<job> next();
    launch_outcome make_child(const launch_plan& plan, unsigned thread, const spawner& tool) const;

    boost::asio::any_io_executor control_;
    launcher_options options_;
    child_slots slots_;
    spawn_method method_;
    std::vector<spawner> tools_;
    std::vector<std::thread> threads_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<job> queue_;
    bool stopping_ = false;
};

error_code threaded_launcher::start() {
    tools_.reserve(options_.threads);
    for (unsigned i = 0; i < options_.threads; ++i) {
        auto tool = spawner::make(method_);
        if (!tool) return tool.error();
        tools_.push_back(*std::move(tool));
        threads_.emplace_back([this, i] { run(i, tools_[i]); });
        ::pthread_setname_np(threads_.back().native_handle(), fmt::format("launch-{}", i).c_str());
    }
    return {};
}

void threaded_launcher::launch(launch_plan plan, done answer) {
    {
        const std::lock_guard lock(mutex_);
        queue_.push_back({std::move(plan), std::move(answer)});
    }
    wake_.notify_one();
}

void threaded_launcher::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        queue_.clear();
    }
    wake_.notify_all();
    for (auto& thread : threads_) {
        if (thread.joinable()) thread.join();
    }
}

std::optional<job> threaded_launcher::next() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) return std::nullopt;
    job taken = std::move(queue_.front());
    queue_.pop_front();
    return taken;
}

void threaded_launcher::run(unsigned thread, const spawner& tool) {
    while (auto taken = next()) {
        auto outcome = std::make_shared<launch_outcome>(make_child(taken->plan, thread, tool));
        boost::asio::post(control_, [outcome, answer = std::move(taken->answer)] {
            answer(std::move(*outcome));
        });
    }
}

launch_outcome threaded_launcher::make_child(const launch_plan& plan, unsigned thread,
                                             const spawner& tool) const {
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

    auto env = merge(options_.base, plan.env);
    const auto argv = pointers(command->words);
    const auto envp = pointers(env);
    const int error_fd =
        plan.redirect_stderr ? theirs.standard_out.get() : theirs.standard_error.get();
    const child_slots::triple ends{theirs.standard_in.get(), theirs.standard_out.get(), error_fd};
    if (const auto failed = slots_.fill(thread, ends)) return clone_failure(plan, failed);
    const auto numbers = slots_.of_thread(thread);

    exec_plan exec;
    exec.path = command->path.c_str();
    exec.argv = argv.data();
    exec.envp = envp.data();
    exec.standard_in = numbers[0];
    exec.standard_out = numbers[1];
    exec.standard_error = numbers[2];
    exec.keep_below = slots_.end();
    exec.descriptor_limit = options_.descriptor_limit;
    if (plan.directory) exec.directory = plan.directory->c_str();
    if (plan.umask) {
        exec.set_umask = true;
        exec.umask = static_cast<mode_t>(*plan.umask);
    }
    if (plan.user) {
        exec.switch_user = true;
        exec.uid = plan.user->uid;
        exec.gid = plan.user->gid;
        exec.groups = plan.user->groups;
    }
    auto child = tool.spawn(exec);
    slots_.empty(thread);
    if (!child) return clone_failure(plan, child.error());
    ours.pid = child->pid;
    ours.pidfd = std::move(child->pidfd);
    return ours;
}

}  // namespace

std::string search_path(const core::environment& own, const core::environment& base) {
    if (const auto found = own.find("PATH"); found != own.end()) return found->second;
    if (const auto found = base.find("PATH"); found != base.end()) return found->second;
    return "/bin:/usr/bin:/usr/local/bin";
}

result<std::unique_ptr<launcher>> launcher::make(boost::asio::any_io_executor control,
                                                 launcher_options options) {
    RM_TRY(auto slots, child_slots::reserve(options.threads));
    auto made = std::make_unique<threaded_launcher>(std::move(control), std::move(options),
                                                    std::move(slots), probe_spawn_method());
    if (const auto failed = made->start()) return failed;
    return std::unique_ptr<launcher>(std::move(made));
}

}  // namespace ringmaster::io

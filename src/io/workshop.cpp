#include "io/workshop.hpp"

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "io/command_lookup.hpp"
#include "io/posix.hpp"
#include "io/posix_host.hpp"

namespace ringmaster::io {
namespace {

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

}  // namespace

/// The ends of a child's pipes that the child gets.
struct workshop::child_ends {
    unique_fd standard_in;  ///< empty if the plan brings one
    unique_fd standard_out;
    unique_fd standard_error;  ///< empty with redirect_stderr
};

workshop::workshop(launcher_options options, std::unique_ptr<child_slots> slots,
                   spawn_method method)
    : options_(std::move(options)),
      base_lines_(lines_of(options_.base)),
      slots_(std::move(slots)),
      method_(method) {}

error_code workshop::open_pipes(const launch_plan& plan, launched_child& ours, child_ends& theirs) {
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

}  // namespace ringmaster::io

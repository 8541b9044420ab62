#include "io/launch_desk.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace ringmaster::io {
namespace {

/// Launches handed to the threads at once: more than there are threads, so that those that hang
/// leave room for others, and few enough to hold no memory.
constexpr std::size_t most_under_way = 128;

/// How long a launch that is done waits for an earlier one, so that both are told in start order.
/// Longer than a thread waits for a processor on a busy machine (20 ms were not: lines changed
/// places there), and short enough for the one time that a hung launch makes the others wait.
constexpr std::chrono::milliseconds order_patience{250};

}  // namespace

result<std::unique_ptr<launch_desk>> launch_desk::open(const boost::asio::any_io_executor& control,
                                                       launcher_options options,
                                                       core::log_sink& log, teller tell) {
    std::unique_ptr<launch_desk> made(new launch_desk(control, std::move(tell)));
    RM_TRY(made->launcher_, launcher::make(control, std::move(options), log));
    return made;
}

launch_desk::launch_desk(const boost::asio::any_io_executor& control, teller tell)
    : tell_(std::move(tell)), answers_(order_patience), due_(control) {}

std::optional<core::process_id> launch_desk::next() {
    if (waiting_.empty() || under_way_.size() >= most_under_way) return std::nullopt;
    const auto id = waiting_.front();
    waiting_.pop_front();
    return id;
}

void launch_desk::launch(core::process_id id, launch_plan plan) {
    const auto number = answers_.draw();
    under_way_.emplace(number, id);
    launcher_->launch(number, std::move(plan), [this, number](launch_outcome outcome) {
        answers_.arrive(number, {number, std::move(outcome)}, std::chrono::steady_clock::now());
        tell_what_is_due();
    });
}

void launch_desk::tell_what_is_due() {
    for (auto& answer : answers_.take(std::chrono::steady_clock::now())) tell(std::move(answer));
    if (const auto due = answers_.deadline())
        due_.ring_at(*due, [this] { tell_what_is_due(); });
    else
        due_.cancel();
}

void launch_desk::tell(numbered_outcome answer) {
    const auto known = under_way_.extract(answer.number);
    if (known) return tell_(known.mapped(), std::move(answer.outcome));
    // Given up while it waited for its turn to be told.
    auto* const unwanted = std::get_if<launched_child>(&answer.outcome);
    if (unwanted != nullptr) destroy(std::move(*unwanted));
}

std::vector<core::process_id> launch_desk::cancel() {
    std::vector<core::process_id> undone(waiting_.begin(), waiting_.end());
    waiting_.clear();
    for (const auto number : launcher_->take_back())
        undone.push_back(under_way_.extract(number).mapped());
    return undone;
}

bool launch_desk::give_up(core::process_id id) {
    std::erase(waiting_, id);
    const auto found =
        std::ranges::find(under_way_, id, [](const auto& each) { return each.second; });
    if (found == under_way_.end()) return false;
    launcher_->give_up(found->first);
    under_way_.erase(found);
    return true;
}

void launch_desk::close() {
    due_.cancel();
    launcher_->stop();
}

}  // namespace ringmaster::io

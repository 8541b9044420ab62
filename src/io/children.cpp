#include "io/children.hpp"

#include <boost/asio/post.hpp>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace ringmaster::io {
namespace {

/// Streams whose end is not waited for any more hold descriptors until their disk comes back.
constexpr std::size_t most_late_streams = 1000;

}  // namespace

result<std::unique_ptr<children>> children::open(asio::io_context& control,
                                                 children_options options,
                                                 const core::supervisor& model, event_hub& events,
                                                 core::log_sink& log, exit_handler on_exit) {
    RM_TRY(auto watcher, exit_watcher::make(control.get_executor()));
    std::unique_ptr<children> made(new children(control, std::move(options), model, events, log,
                                                std::move(on_exit), std::move(watcher)));
    auto post = [&control](std::function<void()> work) { asio::post(control, std::move(work)); };
    RM_TRY(made->drain_, drain::open(made->options_.drain, post, *made));
    return made;
}

children::children(asio::io_context& control, children_options options,
                   const core::supervisor& model, event_hub& events, core::log_sink& log,
                   exit_handler on_exit, exit_watcher watcher)
    : control_(control),
      options_(std::move(options)),
      model_(model),
      events_(events),
      log_(log),
      on_exit_(std::move(on_exit)),
      watcher_(std::move(watcher)),
      patience_(control.get_executor(), options_.log_patience,
                [this](core::process_id id) { give_up_output(id); }) {}

task<> children::watch() {
    return watcher_.run(
        [this](core::process_id id, const core::exit_status& status) { on_death(id, status); },
        [this] { after_deaths(); });
}

// -- a child begins -------------------------------------------------------------------------------

error_code children::take_over(core::process_id id, launched_child made) {
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

stream_id children::drain_into_log(unique_fd pipe, unique_fd file, core::process_id owner,
                                   core::output_channel channel) {
    const auto& config = model_.find(owner)->config();
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

// -- while it lives -------------------------------------------------------------------------------

stdin_outcome children::send_input(core::process_id id, std::string_view text) {
    const auto found = children_.find(id);
    return found == children_.end() ? stdin_outcome::closed : found->second.input.send(text);
}

std::vector<stream_id> children::streams_of(core::process_id id) const {
    const auto found = children_.find(id);
    if (found == children_.end()) return {};
    const child& writer = found->second;
    if (writer.error == 0) return {writer.out};
    return {writer.out, writer.error};
}

void children::on_tapped(stream_id id, const tapped_piece& piece) {
    const auto owner = streams_.find(id);
    if (owner == streams_.end()) return;
    const bool is_error = children_.at(owner->second).error == id;
    events_.on_tapped(owner->second,
                      is_error ? core::output_channel::error : core::output_channel::out, piece);
}

/// The next event is on its way before the answer goes to the log. A listener that breaks the
/// protocol is a program like any other from then on.
void children::hear(core::process_id id, std::string_view bytes) {
    child& speaker = children_.at(id);
    const bool goes_on = events_.on_heard(id, bytes);
    if (speaker.credit && !drain_->append(speaker.out, speaker.credit, std::string(bytes)))
        speaker.answers.pause();
    if (!goes_on) drain_->read_from(speaker.out, speaker.answers.release());
}

void children::on_room(stream_id id) {
    const auto owner = streams_.find(id);
    if (owner != streams_.end()) children_.at(owner->second).answers.resume();
}

void children::on_drain_message(core::log_level level, const std::string& text) {
    log_.write(level, text);
}

// -- a child ends ---------------------------------------------------------------------------------

void children::on_death(core::process_id id, const core::exit_status& status) {
    const auto found = children_.find(id);
    if (found == children_.end()) return;
    child& gone = found->second;
    gone.status = status;
    gone.answers.finish();
    const auto streams = streams_of(id);
    // A successor is on its way before the rest is tidied up.
    if (is_drained(gone)) {
        tell_exit(id);
        // In no hurry: a wake-up of a shard costs as much as a death.
        ended_.insert(ended_.end(), streams.begin(), streams.end());
    } else {
        gone.input.close();
        patience_.begin(id);
        drain_->finish(streams);
    }
}

void children::after_deaths() {
    if (!ended_.empty()) drain_->finish(std::exchange(ended_, {}));
}

void children::on_stream_finished(stream_id id) {
    const auto owner = streams_.find(id);
    if (owner == streams_.end()) {
        --late_streams_;
        return;
    }
    const auto process = owner->second;
    streams_.erase(owner);
    // A child may live on without its output; its death is told by the watcher.
    const child& writer = children_.at(process);
    if (writer.status && is_drained(writer)) tell_exit(process);
}

bool children::is_drained(const child& writer) const {
    return !streams_.contains(writer.out) && !streams_.contains(writer.error);
}

/// The streams stay with the data plane, which writes what they hold before anything of a
/// successor.
void children::give_up_output(core::process_id id) {
    if (late_streams_ >= most_late_streams && model_.state() == core::daemon_state::running)
        return patience_.begin(id);
    const child& late = children_.at(id);
    for (const auto stream : {late.out, late.error}) late_streams_ += streams_.erase(stream);
    log_.write(core::log_level::warn,
               fmt::format("the last output of '{}' is not in its log after {} s: the disk of the "
                           "log hangs; going on without waiting for it",
                           model_.find(id)->config().name, patience_.time().count() / 1000));
    tell_exit(id);
}

void children::tell_exit(core::process_id id) {
    patience_.end(id);
    const auto gone = children_.extract(id);
    on_exit_(id, gone.mapped().status.value());
}

void children::close() {
    patience_.close();
    drain_->stop();
}

}  // namespace ringmaster::io

// The living children: their pipes, their ends, and the way of what they write.
//
// Owned by the fleet, control thread only. Takes over what the launcher has made, watches it, has
// its output drained into its logs, and tells of its end. Decides nothing about a process.
//
// When a child dies its pipes are drained into its logs first (the shards notice the end of a pipe
// themselves, usually before the death is seen) and only then is the exit told: output precedes the
// exit line, and a successor never overtakes it. A disk that hangs holds an exit up for a bounded
// time only; its output is then written when the disk is back.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/log.hpp"
#include "core/supervisor.hpp"
#include "io/drain.hpp"
#include "io/event_hub.hpp"
#include "io/exit_watcher.hpp"
#include "io/launcher.hpp"
#include "io/listener_stdout.hpp"
#include "io/log_patience.hpp"
#include "io/stdin_pipe.hpp"
#include "io/task.hpp"

namespace ringmaster::io {

struct children_options {
    drain_options drain;
    /// An exit is told after so long even if its last output is not in the log yet.
    std::chrono::milliseconds log_patience = std::chrono::seconds(10);
    bool strip_ansi = false;
};

class children final : private drain_listener {
public:
    /// Gets each exit, when all that the child wrote is in its logs.
    using exit_handler = exit_watcher::exit_handler;

    /// Starts the data plane. The references must outlive the object.
    static result<std::unique_ptr<children>> open(asio::io_context& control,
                                                  children_options options,
                                                  const core::supervisor& model, event_hub& events,
                                                  core::log_sink& log, exit_handler on_exit);

    drain& data_plane() const { return *drain_; }
    /// For children that are taken over from now on.
    void strip_ansi(bool on) { options_.strip_ansi = on; }

    /// Notices deaths until it is cancelled. To be run once.
    task<> watch();

    /// A child of process `id`, which has none. An error: it cannot be watched, and is killed.
    error_code take_over(core::process_id id, launched_child made);
    /// Text for the standard input of a child; see stdin_pipe.
    stdin_outcome send_input(core::process_id id, std::string_view text);
    /// See exit_watcher.
    error_code signal(core::process_id id, int signo, bool to_group) const {
        return watcher_.signal(id, signo, to_group);
    }
    /// The streams that a child writes its output to, until its exit is told.
    std::vector<stream_id> streams_of(core::process_id id) const;

    /// Writes what the pipes hold to the logs and ends the data plane. No exit is told any more.
    void close();

private:
    struct child {
        stream_id out = 0;
        stream_id error = 0;  ///< 0: none
        stdin_pipe input;
        listener_stdout answers;              ///< of an event listener
        std::shared_ptr<byte_credit> credit;  ///< of its answers that go to a log; null: none do
        std::optional<core::exit_status> status;  ///< from its death on
    };

    children(asio::io_context& control, children_options options, const core::supervisor& model,
             event_hub& events, core::log_sink& log, exit_handler on_exit, exit_watcher watcher);

    void on_tapped(stream_id id, const tapped_piece& piece) override;
    void on_room(stream_id id) override;
    void on_stream_finished(stream_id id) override;
    void on_drain_message(core::log_level level, const std::string& text) override;

    stream_id drain_into_log(unique_fd pipe, unique_fd file, core::process_id owner,
                             core::output_channel channel);
    void hear(core::process_id id, std::string_view bytes);
    void on_death(core::process_id id, const core::exit_status& status);
    void after_deaths();
    /// All that it wrote is in its logs.
    bool is_drained(const child& writer) const;
    void give_up_output(core::process_id id);
    void tell_exit(core::process_id id);

    asio::io_context& control_;
    children_options options_;
    const core::supervisor& model_;
    event_hub& events_;
    core::log_sink& log_;
    exit_handler on_exit_;
    exit_watcher watcher_;
    std::unique_ptr<drain> drain_;
    std::unordered_map<core::process_id, child> children_;
    std::unordered_map<stream_id, core::process_id> streams_;  ///< until their ends are told
    std::vector<stream_id> ended_;  ///< of children that died in this turn; their ends were told
    log_patience patience_;
    std::size_t late_streams_ = 0;  ///< given up by patience_, and not finished yet
};

}  // namespace ringmaster::io

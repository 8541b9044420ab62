#include "daemon.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>

#include <fmt/format.h>

#include "core/signals.hpp"
#include "io/daemonize.hpp"
#include "io/posix_host.hpp"
#include "io/privileges.hpp"
#include "rpc/xmlrpc_endpoint.hpp"

namespace ringmaster {
namespace {

using core::log_level;

/// Clients may hold a quarter of the descriptors, so that children never lack them.
http::server_options limits_for(std::size_t listeners) {
    constexpr std::uint64_t fewest = 8;
    http::server_options options;
    const auto share = io::descriptor_limit() / 4 / std::max<std::size_t>(listeners, 1);
    options.max_sessions = std::clamp<std::uint64_t>(share, fewest, options.max_sessions);
    return options;
}

io::engine_choice engine_choice(const std::string& word) {
    if (word == "uring") return io::engine_choice::uring;
    if (word == "epoll") return io::engine_choice::epoll;
    return io::engine_choice::automatic;
}

}  // namespace

result<std::unique_ptr<daemon>, startup_error> daemon::make(core::config& config, prepared& start,
                                                            const process_setup& setup,
                                                            const core::daemon_options& options) {
    std::unique_ptr<daemon> made(new daemon(config, start, options));
    if (auto built = made->build(setup); !built) return built.error();
    return made;
}

daemon::daemon(core::config& config, prepared& start, const core::daemon_options& options)
    : config_(config),
      start_(start),
      options_(options),
      environment_(io::posix_host().process_environment()),
      helpers_(control_.get_executor(), {.name = "helper"}),
      readers_(control_.get_executor(), {.name = "reader"}),
      tasks_(control_.get_executor(), [this](const std::string& task, std::exception_ptr failure) {
          log_failure(task, std::move(failure));
      }) {}

daemon::~daemon() = default;

result<void, startup_error> daemon::build(const process_setup& setup) {
    auto signals = io::signal_source::open(control_.get_executor());
    if (!signals) return fmt::format("could not watch signals: {}", signals.error().message());
    signals_.emplace(std::move(*signals));
    for (auto* pool : {&helpers_, &readers_}) {
        if (const auto failed = pool->start())
            return fmt::format("could not start threads: {}", failed.message());
    }

    io::fleet_options options;
    options.children.drain.engine = engine_choice(config_.daemon.io_engine);
    options.children.drain.threads =
        static_cast<unsigned>(std::clamp(config_.daemon.io_threads, 1, 64));
    options.children.drain.memory = static_cast<std::size_t>(config_.daemon.io_memory);
    options.launcher.base = environment_;
    options.launcher.descriptor_limit = setup.child_descriptor_limit;
    options.server_url = config_.server_url;
    options.events.identifier = config_.daemon.identifier;
    options.events.first_serial = setup.next_event_serial;
    options.children.strip_ansi = config_.daemon.strip_ansi;
    options.reaps_strays = io::exit_watcher::may_have_strays();
    options.start_concurrency = static_cast<std::size_t>(config_.daemon.start_concurrency);
    options.stop_concurrency = static_cast<std::size_t>(config_.daemon.stop_concurrency);
    auto fleet = io::fleet::make(control_, std::move(options), start_.log);
    if (!fleet) {
        return fmt::format("could not start the data plane (io_engine={}): {}",
                           config_.daemon.io_engine, fleet.error().message());
    }
    fleet_ = *std::move(fleet);
    loaded_.emplace(config_.daemon, std::move(config_.groups), std::move(config_.shadowed_groups));
    changes_.emplace(*fleet_, *loaded_, options_, config_.daemon, helpers_, start_.log);
    port_.emplace(*fleet_, start_.log, helpers_, readers_, *loaded_, *changes_, environment_);
    api_.emplace(*port_, config_.rpc_interfaces);
    dashboard_.emplace(*port_, start_.log, readers_);
    server_.emplace(control_.get_executor(), limits_for(start_.servers.size()), start_.log);
    return {};
}

outcome daemon::run() {
    write_pidfile();
    report_engine();
    for (const auto& group : loaded_->groups()) (void)fleet_->add_group(group);
    serve_clients();
    signals_task_ = tasks_.spawn("signals", handle_signals());
    tasks_.spawn("supervise", supervise());
    control_.run();
    remove_pidfile();
    return fleet_->model().state() == core::daemon_state::restarting ? outcome::restart
                                                                     : outcome::shut_down;
}

io::task<> daemon::supervise() {
    fleet_->begin();
    co_await fleet_->stopped();
    co_await server_->stop();
    co_await fleet_->close();
    readers_.stop();
    helpers_.stop();
    // The last task that waits for anything: then run() is out of work and returns.
    tasks_.request_stop(signals_task_);
}

// -- clients --------------------------------------------------------------------------------------

void daemon::serve_clients() {
    for (auto& opened : start_.servers) {
        const auto& section = *opened.config;
        http::basic_auth auth(section.username, section.password);
        auto rpc = [this](std::string body) { return answer_rpc(std::move(body)); };
        auto& app = routers_.emplace_back(std::move(auth), *dashboard_, std::move(rpc));
        server_->serve(std::move(opened.socket), section.section, app);
    }
}

io::task<http::rpc_answer> daemon::answer_rpc(std::string body) {
    auto answer = co_await rpc::handle_xmlrpc(*api_, body, start_.log);
    // Whoever has the answer finds in the log what it is about.
    (void)start_.log.settle();
    http::rpc_answer out;
    out.status = answer.status;
    out.body = std::move(answer.body);
    co_return out;
}

// -- signals --------------------------------------------------------------------------------------

io::task<> daemon::handle_signals() {
    for (;;) {
        const auto signo = co_await signals_->next();
        if (!signo) co_return;
        handle(*signo);
    }
}

void daemon::handle(int signo) {
    auto& log = start_.log;
    const auto name = core::signal_name(signo);
    switch (signo) {
        case SIGTERM:
        case SIGINT:
        case SIGQUIT:
            log.write(log_level::warn, fmt::format("received {} indicating exit request", name));
            fleet_->request(core::daemon_state::shutdown);
            break;
        case SIGHUP:
            if (fleet_->model().state() == core::daemon_state::shutdown) {
                log.write(log_level::warn,
                          "ignored SIGHUP indicating restart request (shutdown in progress)");
                break;
            }
            log.write(log_level::warn, "received SIGHUP indicating restart request");
            fleet_->request(core::daemon_state::restarting);
            break;
        case SIGUSR2:
            log.write(log_level::info, "received SIGUSR2 indicating log reopen request");
            log.write(log_level::info, "supervisord logreopen");
            log.reopen();
            fleet_->reopen_logs();
            break;
        case SIGCHLD:
            log.write(log_level::debug, "received SIGCHLD indicating a child quit");
            fleet_->on_child_signal();
            break;
        default: break;
    }
}

// -- small duties ---------------------------------------------------------------------------------

void daemon::report_engine() {
    const auto& plane = fleet_->data_plane();
    if (const auto why = plane.fallback_reason(); !why.empty()) {
        start_.log.write(
            log_level::info,
            fmt::format("io_uring is not available ({}); output is drained with epoll", why));
    }
}

void daemon::write_pidfile() {
    const auto& path = config_.daemon.pidfile;
    if (io::write_pidfile(path)) {
        start_.log.write(log_level::critical, fmt::format("could not write pidfile {}", path));
        return;
    }
    pidfile_written_ = true;
    start_.log.write(log_level::info, fmt::format("supervisord started with pid {}", ::getpid()));
}

void daemon::remove_pidfile() {
    if (pidfile_written_) ::unlink(config_.daemon.pidfile.c_str());
}

void daemon::log_failure(const std::string& task, std::exception_ptr failure) {
    try {
        std::rethrow_exception(std::move(failure));
    } catch (const std::exception& error) {
        start_.log.write(log_level::critical, fmt::format("{} failed: {}", task, error.what()));
    }
}

}  // namespace ringmaster

#include "group_changes.hpp"

#include <fmt/format.h>

#include "core/config_loader.hpp"
#include "io/auto_log.hpp"
#include "io/blocking.hpp"
#include "io/fcgi_sockets.hpp"
#include "io/posix_host.hpp"

namespace ringmaster {
namespace {

/// A group as it becomes active, or why its logs could not be made.
struct prepared_group {
    loaded_config::group ready;
    error_code failed;
};

prepared_group make_logs(const core::group_config& plain, const core::daemon_config& daemon) {
    auto filled = std::make_shared<core::group_config>(plain);
    const auto failed = io::assign_auto_logs(*filled, daemon);
    return {std::move(filled), failed};
}

}  // namespace

io::task<rpc::reread_outcome> group_changes::reread() {
    auto work = [options = options_] { return core::load_config(options, io::posix_host()); };
    auto read = co_await io::run_blocking(helpers_, std::move(work));
    if (!read) {
        const core::config_error error = read.error();
        for (const auto& hint : error.hints) log_.write(core::log_level::warn, hint);
        co_return rpc::reread_outcome(error.text);
    }
    loaded_ = loaded_config(std::move(read->daemon), std::move(read->groups),
                            std::move(read->shadowed_groups));
    fleet_.strip_ansi(loaded_.daemon().strip_ansi);
    fleet_.events().identifier(loaded_.daemon().identifier);
    co_return rpc::reread_outcome(compare());
}

core::config_difference group_changes::compare() const {
    std::vector<loaded_config::group> active;
    for (const auto& each : fleet_.model().groups()) active.push_back(each->source);
    return core::compare_groups(active, loaded_.groups());
}

io::task<rpc::group_change> group_changes::add(std::string name) {
    const auto wanted = loaded_.find(name);
    if (wanted == nullptr) co_return rpc::group_change::unknown;
    if (fleet_.model().find_group(name) != nullptr) co_return rpc::group_change::refused;
    auto work = [wanted, daemon = daemon_] { return make_logs(*wanted, daemon); };
    const prepared_group made = co_await io::run_blocking(helpers_, std::move(work));
    if (made.failed) {
        log_.write(core::log_level::critical,
                   fmt::format("could not create a log file in {}: {}", daemon_.childlogdir,
                               made.failed.message()));
        co_return rpc::group_change::failed;
    }
    if (const auto tried = io::fcgi_sockets::try_out(*made.ready, log_); !tried) {
        log_.write(core::log_level::critical, tried.error());
        co_return rpc::group_change::failed;
    }
    loaded_.fill_in(wanted, made.ready);
    co_return fleet_.add_group(made.ready) ? rpc::group_change::done : rpc::group_change::refused;
}

rpc::group_change group_changes::remove(std::string_view name) {
    if (fleet_.model().find_group(name) == nullptr) return rpc::group_change::unknown;
    return fleet_.remove_group(name) ? rpc::group_change::done : rpc::group_change::refused;
}

}  // namespace ringmaster

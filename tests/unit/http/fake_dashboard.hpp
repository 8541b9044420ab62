// A daemon as the web interface sees it, in memory, for tests.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "http/dashboard_port.hpp"

namespace ringmaster::http {

class remembering_log final : public core::log_sink {
public:
    void write(core::log_level level, std::string_view text) override {
        const std::lock_guard lock{mutex_};
        lines_.push_back({level, std::string{text}});
    }
    bool enabled(core::log_level) const override { return true; }
    std::vector<core::log_line> lines() const {
        const std::lock_guard lock{mutex_};
        return lines_;
    }
    bool contains(std::string_view text) const {
        for (const auto& each : lines())
            if (each.text.find(text) != std::string::npos) return true;
        return false;
    }

private:
    mutable std::mutex mutex_;
    std::vector<core::log_line> lines_;
};

class fake_dashboard final : public dashboard_port {
public:
    std::vector<core::process_info> all;
    core::daemon_state current = core::daemon_state::running;
    std::map<std::string, action_result, std::less<>> results;  ///< by method; default: success
    std::vector<std::string> calls;                             ///< "method name"
    std::map<std::string, std::string, std::less<>> logs;       ///< "name/channel" -> path
    std::optional<std::string> main_log;
    std::optional<std::string> tail_text;
    action_result tail_result;
    std::int64_t tail_bytes = 0;
    remembering_log lines;

    std::vector<core::process_info> processes() const override { return all; }
    core::daemon_state state() const override { return current; }
    std::string version() const override { return "4.2.5"; }

    task<action_result> call(std::string_view method, std::string_view name) override {
        calls.push_back(std::string{method} + " " + std::string{name});
        const auto found = results.find(method);
        action_result result = found == results.end() ? action_result{} : found->second;
        co_return result;
    }

    task<action_result> tail(std::string_view, std::int64_t bytes,
                             std::optional<std::string>& text) override {
        tail_bytes = bytes;
        text = tail_text;
        action_result result = tail_result;
        co_return result;
    }

    std::optional<std::string> log_path(std::string_view name,
                                        std::string_view channel) const override {
        const auto found = logs.find(std::string{name} + "/" + std::string{channel});
        if (found == logs.end()) return std::nullopt;
        return found->second;
    }
    std::optional<std::string> main_log_path() const override { return main_log; }
    core::log_sink& log() override { return lines; }
    task<> read_disk(std::function<void()> work) override {
        work();
        co_return;
    }
};

}  // namespace ringmaster::http

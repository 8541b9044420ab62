// What the tests of the data plane share: a control thread to answer on, and streams made of real
// pipes and files. Every test of `Drain` runs with each engine.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "io/drain.hpp"
#include "io/posix.hpp"
#include "unit/io/scratch_dir.hpp"

namespace ringmaster::io {

/// Runs what shards post, on the test's thread, and writes down the answers.
class control_thread : public drain_listener {
public:
    drain::poster poster() {
        return [this](std::function<void()> work) {
            const std::lock_guard guard(lock_);
            posted_.push_back(std::move(work));
            arrived_.notify_one();
        };
    }

    /// Runs posted functions until the condition holds; a minute without it fails the test.
    template <class Condition>
    ::testing::AssertionResult run_until(Condition holds) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
        while (!holds()) {
            std::unique_lock guard(lock_);
            if (!arrived_.wait_until(guard, deadline, [this] { return !posted_.empty(); }))
                return ::testing::AssertionFailure() << "the data plane did not answer";
            auto work = std::move(posted_.front());
            posted_.pop_front();
            guard.unlock();
            work();
        }
        return ::testing::AssertionSuccess();
    }

    void on_tapped(stream_id, const tapped_piece& piece) override { tapped.push_back(piece); }
    void on_room(stream_id id) override { with_room.push_back(id); }
    void on_stream_finished(stream_id id) override { finished.push_back(id); }
    void on_drain_message(core::log_level, const std::string& text) override {
        messages.push_back(text);
    }

    std::vector<tapped_piece> tapped;
    std::vector<stream_id> with_room;
    std::vector<stream_id> finished;
    std::vector<std::string> messages;

private:
    std::mutex lock_;
    std::condition_variable arrived_;
    std::deque<std::function<void()>> posted_;
};

class Drain : public ::testing::TestWithParam<engine_choice> {
protected:
    struct source {
        unique_fd write;
        stream_id id = 0;
        std::string path;

        void say(std::string_view text) const {
            EXPECT_FALSE(write_all(write.get(), text)) << "the drain has closed the pipe";
        }
    };
    struct settings {
        std::int64_t maxbytes = 0;
        int backups = 0;
        bool strip_ansi = false;
        std::optional<tap_spec> tap = std::nullopt;
    };

    void open(unsigned threads = 1,
              std::chrono::milliseconds stop_patience = std::chrono::minutes(1)) {
        open(drain_options{.threads = threads, .stop_patience = stop_patience});
    }
    void open(drain_options options) {
        options.engine = GetParam();
        auto opened = drain::open(options, control.poster(), control);
        ASSERT_TRUE(opened) << opened.error().message();
        plane = std::move(*opened);
    }

    source add(const std::string& name) { return add(name, settings{}); }
    source add(const std::string& name, const settings& how) {
        const std::string path = dir.file(name);
        auto file = open_file(path, O_WRONLY | O_CREAT | O_APPEND);
        EXPECT_TRUE(file);
        log_target target{std::move(*file), path, how.maxbytes, how.backups};
        return add(std::move(target), how.strip_ansi, how.tap);
    }
    source add(log_target target, bool strip_ansi = false, std::optional<tap_spec> tap = {}) {
        auto pipe = make_pipe();
        EXPECT_TRUE(pipe);
        source made{std::move(pipe->write), 0, target.path};
        made.id =
            plane->add({std::move(pipe->read), std::move(target), strip_ansi, std::move(tap)});
        return made;
    }

    void finish_all(const std::vector<stream_id>& ids) {
        const std::size_t expected = control.finished.size() + ids.size();
        plane->finish(ids);
        EXPECT_TRUE(control.run_until([&] { return control.finished.size() >= expected; }));
    }
    void finish(const source& stream) { finish_all({stream.id}); }

    error_code clear(const source& stream) {
        error_code outcome;
        bool done = false;
        plane->clear(stream.id, [&](error_code result) {
            outcome = result;
            done = true;
        });
        EXPECT_TRUE(control.run_until([&] { return done; }));
        return outcome;
    }

    /// Waits for what the data plane does without telling anybody.
    template <class Condition>
    static ::testing::AssertionResult eventually(Condition holds) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
        while (!holds()) {
            if (std::chrono::steady_clock::now() > deadline)
                return ::testing::AssertionFailure() << "it did not happen";
            std::this_thread::yield();
        }
        return ::testing::AssertionSuccess();
    }

    scratch_dir dir;
    control_thread control;
    std::unique_ptr<drain> plane;  // last: ends before what its threads use
};

inline std::string engine_name(const ::testing::TestParamInfo<engine_choice>& choice) {
    return choice.param == engine_choice::uring ? "uring" : "epoll";
}

inline const auto both_engines = ::testing::Values(engine_choice::uring, engine_choice::epoll);

}  // namespace ringmaster::io

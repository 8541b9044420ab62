// How the ring engine reads: large pieces through the shard, the small ones of chatty streams
// itself.
#include "io/ring_engine.hpp"

#include <gmock/gmock.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <string>

#include "io/posix.hpp"

namespace ringmaster::io {
namespace {

using ::testing::AnyOf;

/// Notes by which way each piece came: in brackets what the engine has read.
class recorder final : public engine_handler {
public:
    explicit recorder(int pipe) : pipe_(pipe) {}

    void on_bytes(slot_id, std::span<char> bytes) override {
        seen += '[' + std::string(bytes.data(), bytes.size()) + ']';
    }
    void on_readable(slot_id) override {
        char buffer[100];
        const ssize_t got = ::read(pipe_, buffer, sizeof buffer);
        seen.append(buffer, static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    }
    void on_end(slot_id) override { ended = true; }
    void on_writable(slot_id) override {}
    void on_forgotten(slot_id) override { forgotten = true; }

    std::string seen;
    bool ended = false;
    bool forgotten = false;

private:
    int pipe_;
};

class RingEngine : public ::testing::Test {
protected:
    void SetUp() override {
        auto made = ring_engine::open(wake.get(), {});
        ASSERT_TRUE(made);
        kernel = std::move(*made);
        if (!kernel->reads_ahead()) GTEST_SKIP() << "this kernel has no multishot read";
        ASSERT_FALSE(kernel->watch(slot, pipe.read.get()));
    }

    /// Gives the engine time to carry out what it was told, by a pass without anything to report.
    void idle_pass() { kernel->wait(reports, std::chrono::milliseconds(1)); }

    void say(std::string_view text) {
        ASSERT_FALSE(write_all(pipe.write.get(), text));
        const auto wanted = reports.seen.size() + text.size();
        while (reports.seen.size() < wanted) kernel->wait(reports, std::nullopt);
    }

    static constexpr slot_id slot = 3;
    unique_fd wake{::eventfd(0, EFD_CLOEXEC)};
    pipe_ends pipe = std::move(*make_pipe());
    recorder reports{pipe.read.get()};
    std::unique_ptr<ring_engine> kernel;
};

TEST_F(RingEngine, OnlyChattyStreamsAreReadByTheEngine) {
    say("a");
    say("b");
    kernel->set_chatty(slot, true);
    say("c");
    say("d");
    say("e");
    EXPECT_EQ(reports.seen, "ab[c][d][e]");
    kernel->set_chatty(slot, false);
    idle_pass();
    idle_pass();
    say("f");
    EXPECT_EQ(reports.seen, "ab[c][d][e]f");
}

TEST_F(RingEngine, AChattyStreamIsForgottenAfterItsLastBytes) {
    kernel->set_chatty(slot, true);
    say("a");
    ASSERT_FALSE(kernel->forget(slot));
    ASSERT_FALSE(write_all(pipe.write.get(), "b"));
    while (!reports.forgotten) kernel->wait(reports, std::nullopt);
    // Taken by the engine, or still in the pipe.
    if (reports.seen == "[a]") reports.on_readable(slot);
    EXPECT_THAT(reports.seen, AnyOf("[a][b]", "[a]b"));
}

TEST_F(RingEngine, TheEndOfAChattyStreamIsReported) {
    kernel->set_chatty(slot, true);
    say("a");
    pipe.write.reset();
    while (!reports.ended) kernel->wait(reports, std::nullopt);
    EXPECT_EQ(reports.seen, "[a]");
}

}  // namespace
}  // namespace ringmaster::io

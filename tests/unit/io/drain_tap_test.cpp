// Taps: what the control thread sees of a stream, in which order, and how much at once.
#include <filesystem>
#include <thread>

#include "unit/io/drain_fixture.hpp"

namespace ringmaster::io {
namespace {

using kind = tapped_piece::kind;

constexpr auto log_events = core::bit(core::event_kind::process_log_stdout);

class DrainTap : public Drain {
protected:
    source add_tapped(const std::string& name, tap_spec tap, bool strip_ansi = false) {
        settings how;
        how.strip_ansi = strip_ansi;
        how.tap = std::move(tap);
        return add(name, how);
    }
    std::string seen(kind what) const {
        std::string all;
        for (const auto& each : control.tapped) {
            if (each.what == what) all += each.bytes;
        }
        return all;
    }
    std::size_t posted_bytes() const {
        std::size_t sum = 0;
        for (const auto& each : control.tapped) sum += each.bytes.size();
        return sum;
    }
};

tap_spec always() {
    tap_spec tap;
    tap.always = true;
    return tap;
}

TEST_P(DrainTap, OutputIsSeenAndLoggedBeforeTheStreamEnds) {
    open();
    const auto stream = add_tapped("log", always());
    stream.say("one\n");
    stream.say("two\n");
    plane->finish({stream.id});
    ASSERT_TRUE(control.run_until([&] { return !control.finished.empty(); }));
    EXPECT_EQ(seen(kind::output), "one\ntwo\n");
    EXPECT_EQ(content_of(stream.path), "one\ntwo\n");
}

TEST_P(DrainTap, NothingIsPostedWhileNobodySubscribes) {
    open();
    tap_spec tap;
    tap.events = log_events;
    tap.wanted = std::make_shared<std::atomic<core::event_set>>(0);
    const auto wanted = tap.wanted;
    const auto stream = add_tapped("log", tap);
    stream.say("unseen\n");
    ASSERT_TRUE(eventually([&] { return content_of(stream.path) == "unseen\n"; }));
    wanted->store(log_events);
    stream.say("seen\n");
    finish(stream);
    EXPECT_EQ(seen(kind::output), "seen\n");
    EXPECT_EQ(content_of(stream.path), "unseen\nseen\n");
}

TEST_P(DrainTap, CapturedTextIsPostedAndNeverLogged) {
    open();
    tap_spec tap;
    tap.capture_maxbytes = 8;
    const auto stream = add_tapped("log", tap);
    stream.say("before<!--XSUPERVISOR:BEGIN-->");
    stream.say("0123456789<!--XSUPERVISOR:END-->");
    stream.say("after");
    finish(stream);
    EXPECT_EQ(seen(kind::capture), "23456789") << "the buffer keeps the last bytes";
    EXPECT_EQ(seen(kind::output), "") << "nobody subscribed to it";
    EXPECT_EQ(content_of(stream.path), "beforeafter");
}

TEST_P(DrainTap, AFloodWaitsForTheControlThread) {
    open();
    auto stream = add_tapped("log", always());
    constexpr std::size_t total = 16 * 1024 * 1024;
    std::thread writer([&] {
        const std::string block(65536, 'x');
        for (std::size_t done = 0; done < total; done += block.size()) stream.say(block);
    });
    // Nobody takes what is posted: one limit and what was under way, and then no more.
    ASSERT_TRUE(eventually([&] { return plane->statistics().bytes_read >= byte_credit::limit; }));
    const auto other = add("other");
    other.say("not held up");
    ASSERT_TRUE(eventually([&] { return content_of(other.path) == "not held up"; }));
    EXPECT_LE(plane->statistics().bytes_read, byte_credit::limit + 4 * 131072);
    ASSERT_TRUE(control.run_until([&] { return posted_bytes() == total; }));
    writer.join();
    finish(stream);
    EXPECT_EQ(std::filesystem::file_size(stream.path), total);
}

INSTANTIATE_TEST_SUITE_P(Engines, DrainTap, both_engines, engine_name);

}  // namespace
}  // namespace ringmaster::io

// What the data plane holds in memory does not depend on how many streams there are.
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>

#include "unit/io/drain_fixture.hpp"

namespace ringmaster::io {
namespace {

constexpr std::size_t record = 131072;

class DrainMemory : public Drain {
protected:
    /// Fills the pipe of a stream with as much as it takes, without waiting.
    static std::size_t fill(const source& stream, char with) {
        EXPECT_FALSE(set_nonblocking(stream.write.get()));
        const std::string page(4096, with);
        std::size_t filled = 0;
        while (::write(stream.write.get(), page.data(), page.size()) > 0) filled += page.size();
        return filled;
    }
};

TEST_P(DrainMemory, StreamsThatShareAFullPipeAreNotReadAhead) {
    open();
    const std::string path = dir.file("fifo");
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    const unique_fd reader = std::move(*open_file(path, O_RDONLY | O_NONBLOCK));
    std::vector<source> streams;
    std::array<std::size_t, 256> written{};
    for (int i = 0; i < 200; ++i) {
        auto target = open_file(path, O_WRONLY);
        ASSERT_TRUE(target);
        streams.push_back(add(log_target{std::move(*target), path, 0, 0}));
        const char letter = static_cast<char>(i);
        written[static_cast<unsigned char>(letter)] += fill(streams.back(), letter);
    }

    std::array<std::size_t, 256> seen{};
    std::size_t total = 0;
    std::size_t most_held = 0;
    ASSERT_TRUE(eventually([&] {
        int in_fifo = 0;
        ::ioctl(reader.get(), FIONREAD, &in_fifo);
        const auto out = total + static_cast<std::size_t>(in_fifo);
        const auto read = plane->statistics().bytes_read;
        if (read > out) most_held = std::max(most_held, read - out);
        std::array<char, 4096> bytes;
        const ssize_t got = ::read(reader.get(), bytes.data(), bytes.size());
        for (ssize_t i = 0; i < got; ++i)
            ++seen[static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)])];
        if (got > 0) total += static_cast<std::size_t>(got);
        return seen == written;
    }));
    EXPECT_LE(most_held, 2 * record);
}

TEST_P(DrainMemory, TapsThatAreNotTakenStayWithinTheBudgetOfAllTogether) {
    constexpr std::size_t budget = 1 << 20;
    open(drain_options{.memory = budget});
    settings tapped;
    tapped.tap.emplace().always = true;
    std::vector<source> streams;
    std::size_t written = 0;
    // As many as it takes: the kernel makes the pipes of users who have many of them smaller.
    while (written <= 3 * budget) {
        streams.push_back(add("log" + std::to_string(streams.size()), tapped));
        written += fill(streams.back(), 'x');
    }
    ASSERT_TRUE(eventually([&] { return plane->statistics().bytes_read >= budget / 2; }));

    std::size_t taken = 0;
    std::size_t most_held = 0;
    std::size_t counted = 0;
    EXPECT_TRUE(control.run_until([&] {
        for (; counted < control.tapped.size(); ++counted)
            taken += control.tapped[counted].bytes.size();
        most_held = std::max(most_held, plane->statistics().bytes_read - taken);
        return taken == written;
    }));
    EXPECT_LE(most_held, budget / 2 + 2 * record);
}

TEST_P(DrainMemory, StreamsThatWaitForTheBudgetAreDrainedToTheirEnds) {
    open(drain_options{.memory = 1 << 20});
    settings tapped;
    tapped.tap.emplace().always = true;
    std::vector<source> streams;
    std::vector<stream_id> ids;
    std::vector<std::size_t> written;
    for (int i = 0; i < 60; ++i) {
        streams.push_back(add("log" + std::to_string(i), tapped));
        written.push_back(fill(streams.back(), 'x'));
        ids.push_back(streams.back().id);
    }
    finish_all(ids);
    for (std::size_t i = 0; i < streams.size(); ++i)
        EXPECT_EQ(content_of(streams[i].path).size(), written[i]);
}

INSTANTIATE_TEST_SUITE_P(Engines, DrainMemory, both_engines, engine_name);

}  // namespace
}  // namespace ringmaster::io

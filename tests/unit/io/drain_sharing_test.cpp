// Many streams whose logs are one pipe, with a reader that is slower than all of them.
#include <sys/stat.h>

#include <algorithm>
#include <array>

#include "unit/io/drain_fixture.hpp"

namespace ringmaster::io {
namespace {

class DrainSharing : public Drain {
protected:
    void SetUp() override {
        ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
        reader = std::move(*open_file(path, O_RDONLY | O_NONBLOCK));
    }

    /// A stream with the shared pipe as its log; its writer never waits.
    source add_sharer() {
        auto target = open_file(path, O_WRONLY);
        EXPECT_TRUE(target);
        auto made = add(log_target{std::move(*target), path, 0, 0});
        EXPECT_FALSE(set_nonblocking(made.write.get()));
        return made;
    }

    /// What the shared pipe holds, one page at most.
    std::string_view take_page() {
        const ssize_t got = ::read(reader.get(), page.data(), page.size());
        return {page.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
    }

    std::string path = dir.file("fifo");
    unique_fd reader;
    std::array<char, 4096> page;
};

TEST_P(DrainSharing, EveryStreamGetsItsShareOfAPipeThatIsAlwaysFull) {
    open();
    constexpr std::size_t count = 100;
    std::vector<source> streams;
    for (std::size_t i = 0; i < count; ++i) streams.push_back(add_sharer());

    std::array<std::size_t, count> seen{};
    std::size_t total = 0;
    const auto refill = [&] {
        for (std::size_t i = 0; i < count; ++i) {
            const std::string text(4096, static_cast<char>(i));
            while (::write(streams[i].write.get(), text.data(), text.size()) > 0) {
            }
        }
    };
    EXPECT_TRUE(eventually([&] {
        refill();
        const auto text = take_page();
        for (const char byte : text) ++seen[static_cast<unsigned char>(byte)];
        total += text.size();
        return std::ranges::all_of(seen, [](auto bytes) { return bytes >= 32768; });
    }));
    EXPECT_LE(total, count * 32768 * 8) << "some get much more than others";
}

TEST_P(DrainSharing, TheBytesOfEachStreamStayInOrder) {
    open();
    // Records of several streams may be mixed at any byte: the upper half of each byte names the
    // stream, the lower half counts.
    constexpr std::size_t count = 16;
    constexpr std::size_t length = 300'000;
    std::vector<source> streams;
    for (std::size_t i = 0; i < count; ++i) streams.push_back(add_sharer());

    std::array<std::size_t, count> said{};
    std::array<std::size_t, count> heard{};
    bool in_order = true;
    EXPECT_TRUE(eventually([&] {
        for (std::size_t i = 0; i < count; ++i) {
            std::string text(std::min<std::size_t>(length - said[i], 5'000), '\0');
            for (std::size_t at = 0; at < text.size(); ++at)
                text[at] = static_cast<char>(i << 4 | ((said[i] + at) & 15));
            const ssize_t wrote = ::write(streams[i].write.get(), text.data(), text.size());
            if (wrote > 0) said[i] += static_cast<std::size_t>(wrote);
        }
        for (const char byte : take_page()) {
            const auto value = static_cast<unsigned char>(byte);
            in_order &= (heard[value >> 4]++ & 15) == (value & 15U);
        }
        return std::ranges::all_of(heard, [&](auto bytes) { return bytes == length; });
    }));
    EXPECT_TRUE(in_order);
}

TEST_P(DrainSharing, AStreamThatEndsWhileOthersWaitForRoomIsToldOfAtOnce) {
    open();
    const source flood = add_sharer();
    const std::string text(4096, 'x');
    const auto room = static_cast<std::size_t>(::fcntl(reader.get(), F_GETPIPE_SZ));
    ASSERT_TRUE(eventually([&] {
        (void)!::write(flood.write.get(), text.data(), text.size());
        return plane->statistics().bytes_read >= room;
    }));
    source silent = add_sharer();
    silent.write.reset();
    EXPECT_TRUE(control.run_until([&] { return !control.finished.empty(); }));
    EXPECT_EQ(control.finished, std::vector{silent.id});
}

INSTANTIATE_TEST_SUITE_P(Engines, DrainSharing, both_engines, engine_name);

}  // namespace
}  // namespace ringmaster::io

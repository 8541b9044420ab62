// Disks that refuse at random: whatever happens, each byte is in the logs, in order, or counted.
//
// Fixed seeds run always, and a fresh one each time; its number is printed when it fails.
#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <random>
#include <regex>

#include "io/disk_calls.hpp"
#include "unit/io/drain_fixture.hpp"

namespace ringmaster::io {
namespace {

/// Numbers of seven digits, one a line: a piece of output that is missing or twice can be seen.
constexpr std::size_t token = 8;

std::string tokens(int& next, int count) {
    std::string text;
    for (; count > 0; --count) text += fmt::format("{:07}\n", next++);
    return text;
}

/// Refuses every so many calls, until it is mended.
class faulty_disk final : public disk_calls {
public:
    explicit faulty_disk(unsigned seed) : chance_(seed) {}
    void mend() {
        const std::lock_guard guard(lock_);
        broken_ = false;
    }

    ssize_t write(int fd, const char* bytes, std::size_t size) override {
        switch (draw(10)) {
            case 0: return refuse({ENOSPC, EDQUOT, EIO, EROFS, EFBIG});
            case 1: return refuse({EINTR});
            case 2: return 0;
            case 3: size = std::max(size / 2 / token, std::size_t{1}) * token; break;
            default: break;
        }
        return disk_calls::write(fd, bytes, size);
    }
    result<unique_fd> open(const std::string& path, int flags) override {
        if (draw(4) == 0) return posix_error(one_of({EACCES, ENOSPC, EMFILE, EIO, EROFS}));
        return disk_calls::open(path, flags);
    }
    int rename(const std::string& from, const std::string& to) override {
        if (draw(4) == 0) return refuse({EACCES, ENOSPC, EIO, EROFS});
        return disk_calls::rename(from, to);
    }
    int unlink(const std::string& path) override {
        if (draw(4) == 0) return refuse({EACCES, EIO, EBUSY});
        return disk_calls::unlink(path);
    }
    int truncate(int fd) override {
        if (draw(4) == 0) return refuse({EIO});
        return disk_calls::truncate(fd);
    }

private:
    /// Below `sides`; as if all were well once it is mended.
    int draw(int sides) {
        const std::lock_guard guard(lock_);
        return broken_ ? std::uniform_int_distribution(0, sides - 1)(chance_) : sides;
    }
    int one_of(std::vector<int> numbers) {
        return numbers[static_cast<std::size_t>(draw(static_cast<int>(numbers.size()))) %
                       numbers.size()];
    }
    int refuse(std::vector<int> numbers) {
        errno = one_of(std::move(numbers));
        return -1;
    }

    std::mutex lock_;
    std::minstd_rand chance_;
    bool broken_ = true;
};

class LogFaults : public Drain {
protected:
    /// Oldest first. Steps of a rotation that failed leave gaps.
    static std::string found(const std::string& path) {
        std::string all;
        for (int number = 300; number > 0; --number) {
            const auto backup = path + "." + std::to_string(number);
            if (exists(backup)) all += content_of(backup);
        }
        return all + (exists(path) ? content_of(path) : "");
    }
    std::size_t counted(const std::string& path) const {
        const std::regex loss("(?:writing|closed) " + path +
                              "[^;]*; (\\d+) bytes of output were dropped since .*");
        std::size_t sum = 0;
        std::smatch match;
        for (const auto& message : control.messages)
            if (std::regex_match(message, match, loss)) sum += std::stoul(match[1]);
        return sum;
    }
    std::size_t told(const std::string& text) const {
        return static_cast<std::size_t>(std::ranges::count_if(
            control.messages, [&](const auto& each) { return each.find(text) == 0; }));
    }

    void fight(unsigned seed);

    std::size_t lost = 0;
};

void LogFaults::fight(unsigned seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    control.messages.clear();
    control.finished.clear();
    faulty_disk disk(seed);
    std::minstd_rand chance(seed);
    open();
    struct writer {
        source stream;
        int next = 0;
    };
    std::vector<writer> writers;
    for (const int backups : {0, 300}) {  // 0: not rotated at all
        const auto path = dir.file(std::to_string(seed) + "-" + std::to_string(backups));
        auto file = open_file(path, O_WRONLY | O_CREAT | O_APPEND);
        ASSERT_TRUE(file);
        writers.push_back(
            {add(log_target{std::move(*file), path, backups == 0 ? 0 : 4000, backups, &disk}), 0});
    }
    for (int round = 0; round < 200; ++round) {
        auto& each = writers[chance() % writers.size()];
        each.stream.say(tokens(each.next, 1 + static_cast<int>(chance() % 100)));
        if (chance() % 20 == 0) plane->reopen_all();
        // Until it is read, now and then, so that pieces of all sizes come about.
        if (chance() % 3 != 0) continue;
        std::uint64_t written = 0;
        for (const auto& one : writers) written += static_cast<std::uint64_t>(one.next) * token;
        ASSERT_TRUE(eventually([&] { return plane->statistics().bytes_read == written; }));
    }
    disk.mend();
    std::vector<std::string> last;
    for (auto& each : writers) {
        last.push_back(tokens(each.next, 50));
        each.stream.say(last.back());
    }
    finish_all({writers[0].stream.id, writers[1].stream.id});

    for (std::size_t i = 0; i < writers.size(); ++i) {
        const auto& path = writers[i].stream.path;
        const auto all = found(path);
        lost += counted(path);
        EXPECT_EQ(all.size() + counted(path), static_cast<std::size_t>(writers[i].next) * token);
        ASSERT_EQ(all.size() % token, 0U);
        int before = -1;
        for (std::size_t at = 0; at < all.size(); at += token) {
            const int number = std::stoi(all.substr(at, token));
            ASSERT_GT(number, before) << path;
            before = number;
        }
        EXPECT_TRUE(all.ends_with(last[i])) << "logging goes on when the disk is well";
        EXPECT_LE(told("could not write " + path), 1U) << "once a minute";
        EXPECT_LE(told("writing " + path), 1U);
    }
}

TEST_P(LogFaults, EveryByteIsInTheLogsInOrderOrCounted) {
    for (unsigned seed = 1; seed <= 20 && !HasFailure(); ++seed) fight(seed);
    if (!HasFailure()) fight(std::random_device()());
    EXPECT_GT(lost, 0U) << "or these disks were too good";
}

INSTANTIATE_TEST_SUITE_P(Engines, LogFaults, both_engines, engine_name);

}  // namespace
}  // namespace ringmaster::io

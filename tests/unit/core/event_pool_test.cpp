// The buffer of a pool, the header of an event, and the clock of ticks.

#include "core/event_pool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/tick_clock.hpp"

namespace ringmaster::core {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::shared_ptr<const event> make(std::uint64_t serial, std::string payload = "x") {
    return std::make_shared<const event>(event{serial, event_kind::tick_5, std::move(payload)});
}

TEST(EventPool, IsFirstInFirstOut) {
    event_pool subject(10);
    (void)subject.accept(make(4));
    (void)subject.accept(make(7));
    const auto first = subject.take();
    EXPECT_EQ(first.what->serial, 4U);
    EXPECT_EQ(first.pool_serial, 0U);
    EXPECT_EQ(subject.head().what->serial, 7U);
    EXPECT_EQ(subject.head().pool_serial, 1U);
}

TEST(EventPool, AFullBufferLosesItsOldestEvent) {
    event_pool subject(2);
    EXPECT_THAT(subject.accept(make(0)), IsEmpty());
    EXPECT_THAT(subject.accept(make(1)), IsEmpty());
    EXPECT_THAT(subject.accept(make(2)), ElementsAre(0));
    EXPECT_EQ(subject.size(), 2U);
    EXPECT_EQ(subject.head().what->serial, 1U);
}

TEST(EventPool, AReturnedEventIsTheNextAndKeepsItsNumbers) {
    event_pool subject(2);
    (void)subject.accept(make(0));
    auto sent = subject.take();
    (void)subject.accept(make(1));
    (void)subject.accept(make(2));
    EXPECT_THAT(subject.put_back(std::move(sent)), ElementsAre(1));  // the oldest that waits
    EXPECT_EQ(subject.head().what->serial, 0U);
    EXPECT_EQ(subject.take().pool_serial, 0U);
    EXPECT_EQ(subject.take().what->serial, 2U);
}

TEST(EventPool, PayloadsAreBoundedInBytesToo) {
    event_pool subject(1000, 100);
    (void)subject.accept(make(0, std::string(40, 'a')));
    (void)subject.accept(make(1, std::string(40, 'b')));
    EXPECT_THAT(subject.accept(make(2, std::string(70, 'c'))), ElementsAre(0, 1));
    EXPECT_THAT(subject.accept(make(3, std::string(500, 'd'))), ElementsAre(2));
    EXPECT_EQ(subject.size(), 1U);
}

TEST(EventPool, NumbersWrap) {
    EXPECT_EQ(next_serial(0), 1U);
    EXPECT_EQ(next_serial((std::uint64_t{1} << 63) - 1), 0U);
}

TEST(EventHeader, CountsCharactersOfThePayload) {
    const pooled_event sent{std::make_shared<const event>(
                                event{21, event_kind::remote_communication, "type:t\n\xC3\xA9"}),
                            3};
    EXPECT_EQ(event_header(sent, "super", "pool"),
              "ver:3.0 server:super serial:21 pool:pool poolserial:3 "
              "eventname:REMOTE_COMMUNICATION len:8\n");
}

std::vector<std::pair<event_kind, std::int64_t>> seen(const std::vector<tick>& ticks) {
    std::vector<std::pair<event_kind, std::int64_t>> out;
    for (const auto& each : ticks) out.emplace_back(each.kind, each.slice);
    return out;
}

TEST(TickClock, TheFirstLookMakesNoTick) {
    tick_clock subject;
    EXPECT_THAT(seen(subject.advance(7200)), IsEmpty());
    EXPECT_THAT(seen(subject.advance(7204)), IsEmpty());
    EXPECT_THAT(seen(subject.advance(7206)), ElementsAre(std::pair(event_kind::tick_5, 7205)));
}

TEST(TickClock, SkippedSlicesAreNotMadeUpFor) {
    tick_clock subject;
    (void)subject.advance(7201);
    EXPECT_THAT(seen(subject.advance(10999)), ElementsAre(std::pair(event_kind::tick_5, 10995),
                                                          std::pair(event_kind::tick_60, 10980),
                                                          std::pair(event_kind::tick_3600, 10800)));
}

TEST(TickClock, AClockThatIsSetBackTicksToo) {
    tick_clock subject;
    (void)subject.advance(7221);
    EXPECT_THAT(seen(subject.advance(7211)), ElementsAre(std::pair(event_kind::tick_5, 7210)));
}

TEST(TickClock, KnowsWhenTheNextWantedTickIs) {
    EXPECT_EQ(tick_clock::next(7201, bit(event_kind::tick_5) | bit(event_kind::tick_60)), 7205);
    EXPECT_EQ(tick_clock::next(7201, bit(event_kind::tick_60)), 7260);
    EXPECT_EQ(tick_clock::next(7200, bit(event_kind::tick_3600)), 10800);
    EXPECT_EQ(tick_clock::next(7201, bit(event_kind::remote_communication)), std::nullopt);
}

}  // namespace
}  // namespace ringmaster::core

// Subscriptions, pools and listeners together, with listeners made of strings.

#include "core/event_bus.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

namespace ringmaster::core {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class EventBus : public ::testing::Test, private listener_port, private log_sink {
protected:
    void add_pool(const std::string& name, std::vector<std::string> types,
                  std::vector<process_id> members, int buffer_size = 10) {
        listener_config config;
        config.events = std::move(types);
        config.buffer_size = buffer_size;
        std::vector<event_bus::member> named;
        for (const auto id : members) named.push_back({id, "l" + std::to_string(id)});
        bus.add_pool(name, config, named);
    }
    void get_ready(process_id id) {
        bus.started(id);
        bus.state_changed(id, process_state::running);
        bus.heard(id, "READY\n");
    }
    void raise(const std::string& payload) {
        bus.raise(event_kind::remote_communication, [&] { return payload; });
    }
    std::vector<std::string> sent_to(process_id id) { return std::exchange(sent[id], {}); }
    std::vector<std::string> lines_with(std::string_view part) {
        std::vector<std::string> out;
        for (const auto& line : lines) {
            if (line.find(part) != std::string::npos) out.push_back(line);
        }
        return out;
    }

    delivery deliver(process_id listener, std::string text) override {
        if (closed.contains(listener)) return delivery::closed;
        if (full.contains(listener)) return delivery::full;
        sent[listener].push_back(text.substr(text.find('\n') + 1));
        headers.push_back(text.substr(0, text.find('\n')));
        return delivery::taken;
    }
    void write(log_level level, std::string_view text) override {
        lines.push_back(std::string(log_code(level)) + " " + std::string(text));
    }
    bool enabled(log_level) const override { return true; }

    std::map<process_id, std::vector<std::string>> sent;
    std::set<process_id> closed;
    std::set<process_id> full;
    std::vector<std::string> headers;
    std::vector<std::string> lines;
    event_bus bus{"id", 0, *this, *this};
};

TEST_F(EventBus, APayloadThatNobodyWantsIsNotMade) {
    add_pool("pool", {"TICK"}, {1});
    bool made = false;
    bus.raise(event_kind::remote_communication, [&] {
        made = true;
        return std::string();
    });
    EXPECT_FALSE(made);
    EXPECT_EQ(bus.next_serial(), 0U);
}

TEST_F(EventBus, AReadyListenerOfARunningProcessGetsOneEventAtATime) {
    add_pool("pool", {"REMOTE_COMMUNICATION"}, {1});
    raise("a");
    raise("b");
    bus.started(1);
    bus.heard(1, "READY\n");
    EXPECT_THAT(sent_to(1), IsEmpty()) << "still within startsecs";
    bus.state_changed(1, process_state::running);
    EXPECT_THAT(sent_to(1), ElementsAre("a"));
    bus.heard(1, "RESULT 2\nOK");
    EXPECT_THAT(sent_to(1), IsEmpty());
    bus.heard(1, "READY\n");
    EXPECT_THAT(sent_to(1), ElementsAre("b"));
    EXPECT_THAT(headers, ElementsAre("ver:3.0 server:id serial:0 pool:pool poolserial:0 "
                                     "eventname:REMOTE_COMMUNICATION len:1",
                                     "ver:3.0 server:id serial:1 pool:pool poolserial:1 "
                                     "eventname:REMOTE_COMMUNICATION len:1"));
}

TEST_F(EventBus, EveryPoolCountsForItselfAndTheDaemonForAll) {
    add_pool("a", {"EVENT", "REMOTE_COMMUNICATION"}, {1});
    add_pool("b", {"REMOTE_COMMUNICATION"}, {2});
    get_ready(1);
    get_ready(2);
    bus.raise(event_kind::tick_5, [] { return std::string("t"); });
    raise("r");
    bus.heard(1, "RESULT 2\nOKREADY\n");
    EXPECT_THAT(sent_to(1), ElementsAre("t", "r")) << "once, though it matches twice";
    EXPECT_THAT(sent_to(2), ElementsAre("r"));
    EXPECT_THAT(headers[1], HasSubstr("serial:1 pool:b poolserial:0 "));
    EXPECT_THAT(headers[2], HasSubstr("serial:1 pool:a poolserial:1 "));
}

TEST_F(EventBus, TheFirstFreeListenerInGroupOrderIsUsed) {
    add_pool("pool", {"EVENT"}, {1, 2});
    get_ready(1);
    get_ready(2);
    raise("a");
    raise("b");
    raise("c");
    EXPECT_THAT(sent_to(1), ElementsAre("a"));
    EXPECT_THAT(sent_to(2), ElementsAre("b"));
    bus.heard(2, "RESULT 2\nOKREADY\n");
    EXPECT_THAT(sent_to(2), ElementsAre("c"));
}

TEST_F(EventBus, ARejectedEventGoesBackToItsOwnPoolOnly) {
    add_pool("a", {"EVENT"}, {1});
    add_pool("b", {"EVENT"}, {2});
    get_ready(1);
    get_ready(2);
    raise("x");
    raise("y");
    (void)sent_to(1);
    (void)sent_to(2);
    bus.heard(1, "RESULT 4\nFAIL");
    EXPECT_THAT(lines_with("rejected"), ElementsAre("WARN l1: event was rejected"));
    EXPECT_THAT(lines_with("rebuffering"),
                ElementsAre("DEBG rebuffering event 0 for pool a (buf size=1, max=10)"));
    bus.heard(1, "READY\n");
    EXPECT_THAT(sent_to(1), ElementsAre("x"));
    bus.heard(2, "RESULT 2\nOKREADY\n");
    EXPECT_THAT(sent_to(2), ElementsAre("y"));
}

TEST_F(EventBus, AnUnfinishedEventGoesToAnotherListenerWhenTheFirstDies) {
    add_pool("pool", {"EVENT"}, {1, 2});
    get_ready(1);
    raise("a");
    bus.heard(1, "RESULT 2\n");
    get_ready(2);
    bus.state_changed(1, process_state::exited);
    EXPECT_THAT(sent_to(2), IsEmpty());
    bus.ended(1);
    EXPECT_THAT(sent_to(2), ElementsAre("a"));
}

TEST_F(EventBus, AResultThatWasWrittenBeforeTheEndCounts) {
    add_pool("pool", {"EVENT"}, {1, 2});
    get_ready(1);
    raise("a");
    get_ready(2);
    bus.heard(1, "RESULT 2\nOK");
    bus.state_changed(1, process_state::exited);
    bus.ended(1);
    EXPECT_THAT(sent_to(2), IsEmpty());
}

TEST_F(EventBus, AClosedStdinPassesTheEventOnToTheNextListener) {
    add_pool("pool", {"EVENT"}, {1, 2});
    get_ready(1);
    get_ready(2);
    closed.insert(1);
    raise("a");
    EXPECT_THAT(sent_to(2), ElementsAre("a"));
    EXPECT_THAT(lines_with("epipe"),
                ElementsAre("DEBG epipe occurred while sending event 0 to listener l1, listener "
                            "state unchanged"));
}

TEST_F(EventBus, AFullPipeKeepsTheEventForTheNextListenerOrForLater) {
    add_pool("pool", {"EVENT"}, {1});
    get_ready(1);
    full.insert(1);
    raise("a");
    EXPECT_THAT(lines_with("pipe"),
                ElementsAre("DEBG full pipe while sending event 0 to listener l1, listener state "
                            "unchanged"));
    full.clear();
    raise("b");
    EXPECT_THAT(sent_to(1), ElementsAre("a"));
}

TEST_F(EventBus, AViolationIsToldAndEndsTheConversation) {
    add_pool("pool", {"EVENT"}, {1});
    get_ready(1);
    raise("a");
    lines.clear();
    bus.heard(1, "nonsense\n");
    raise("b");
    EXPECT_THAT(
        lines,
        ElementsAre("WARN l1: bad result line: 'nonsense'", "DEBG l1: BUSY -> UNKNOWN",
                    "WARN l1: has entered the UNKNOWN state and will no longer receive events, "
                    "this usually indicates the process violated the eventlistener protocol",
                    "DEBG rebuffering event 0 for pool pool (buf size=0, max=10)"));
    get_ready(1);
    EXPECT_THAT(sent_to(1), ElementsAre("a", "a"));
}

TEST_F(EventBus, AnOverflowIsAnErrorInTheLog) {
    add_pool("pool", {"EVENT"}, {1}, 1);
    raise("a");
    raise("b");
    EXPECT_THAT(lines, ElementsAre("ERRO pool pool event buffer overflowed, discarding event 0"));
    get_ready(1);
    EXPECT_THAT(sent_to(1), ElementsAre("b"));
}

TEST_F(EventBus, APoolThatHasCaughtUpTellsHowManyEventsItLost) {
    add_pool("pool", {"EVENT"}, {1}, 2);
    const auto lose = [&](int events) {
        for (int i = 0; i < events + 2; ++i) raise("x");
    };
    lose(3);
    get_ready(1);
    EXPECT_THAT(lines_with("empty again"), IsEmpty()) << "one event waits still";
    bus.heard(1, "RESULT 2\nOKREADY\n");
    EXPECT_THAT(
        lines_with("empty again"),
        ElementsAre("WARN pool pool event buffer is empty again (events discarded: 3, in all: 3)"));
    lines.clear();
    bus.heard(1, "RESULT 2\nOKREADY\n");
    raise("y");
    EXPECT_THAT(lines_with("empty again"), IsEmpty()) << "nothing new to tell";
    lose(1);
    bus.heard(1, "RESULT 2\nOKREADY\n");
    bus.heard(1, "RESULT 2\nOKREADY\n");
    EXPECT_THAT(
        lines_with("empty again"),
        ElementsAre("WARN pool pool event buffer is empty again (events discarded: 1, in all: 4)"));
}

TEST_F(EventBus, ARemovedPoolIsForgotten) {
    add_pool("pool", {"EVENT"}, {1});
    get_ready(1);
    raise("a");
    raise("b");
    bus.remove_pool("pool");
    EXPECT_EQ(bus.wanted(), 0U);
    bus.heard(1, "RESULT 2\nOKREADY\n");
    bus.ended(1);
    EXPECT_THAT(sent_to(1), ElementsAre("a"));
}

}  // namespace
}  // namespace ringmaster::core

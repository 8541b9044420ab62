// Payloads and types of events, byte for byte.

#include "core/event_payload.hpp"

#include <gtest/gtest.h>

#include <bit>

#include "core/event_types.hpp"

namespace ringmaster::core {
namespace {

constexpr event_subject subject{"p_1", "g"};

std::string payload(state_effect change) {
    return state_payload(subject, change);
}

TEST(EventPayload, StatesSayWhatTheirTypeTells) {
    using enum process_state;
    EXPECT_EQ(payload({stopped, starting, 0, 2, false}),
              "processname:p_1 groupname:g from_state:STOPPED tries:2");
    EXPECT_EQ(payload({starting, backoff, 7, 1, false}),
              "processname:p_1 groupname:g from_state:STARTING tries:1");
    EXPECT_EQ(payload({starting, running, 7, 0, false}),
              "processname:p_1 groupname:g from_state:STARTING pid:7");
    EXPECT_EQ(payload({running, stopping, 7, 0, false}),
              "processname:p_1 groupname:g from_state:RUNNING pid:7");
    EXPECT_EQ(payload({backoff, stopped, 0, 3, false}),
              "processname:p_1 groupname:g from_state:BACKOFF pid:0");
    EXPECT_EQ(payload({running, exited, 7, 0, true}),
              "processname:p_1 groupname:g from_state:RUNNING expected:1 pid:7");
    EXPECT_EQ(payload({running, exited, 7, 0, false}),
              "processname:p_1 groupname:g from_state:RUNNING expected:0 pid:7");
    EXPECT_EQ(payload({backoff, fatal, 0, 0, false}),
              "processname:p_1 groupname:g from_state:BACKOFF");
    EXPECT_EQ(payload({stopping, unknown, 7, 0, false}),
              "processname:p_1 groupname:g from_state:STOPPING");
}

TEST(EventPayload, OutputFollowsOneLineOfFields) {
    EXPECT_EQ(log_payload(subject, 5, output_channel::error, "a\nb\n"),
              "processname:p_1 groupname:g pid:5 channel:stderr\na\nb\n");
    EXPECT_EQ(communication_payload(subject, 5, "x"), "processname:p_1 groupname:g pid:5\nx");
    EXPECT_EQ(communication_payload(subject, 5, ""), "processname:p_1 groupname:g pid:5\n");
}

TEST(EventPayload, BytesThatAreNoTextAreReplacedAsAWhole) {
    EXPECT_EQ(as_text("ascii and \xC3\xA9"), "ascii and \xC3\xA9");
    EXPECT_EQ(as_text("a\xFF\n'\"\\\t\x01"), R"(Undecodable: b'a\xff\n\'"\\\t\x01')");
    EXPECT_EQ(as_text("'\xFF"), R"(Undecodable: b"'\xff")");
}

TEST(EventPayload, TheOthers) {
    EXPECT_EQ(remote_payload("t", "d\n"), "type:t\nd\n");
    EXPECT_EQ(tick_payload(1'700'000'005), "when:1700000005");
    EXPECT_EQ(group_payload("g"), "groupname:g\n");
}

TEST(EventTypes, AnAbstractTypeMeansEverythingBelow) {
    EXPECT_EQ(concrete_types("EVENT"), (event_set{1} << 20) - 1);
    EXPECT_EQ(std::popcount(concrete_types("PROCESS_STATE")), 8);
    EXPECT_EQ(concrete_types("TICK"),
              bit(event_kind::tick_5) | bit(event_kind::tick_60) | bit(event_kind::tick_3600));
    EXPECT_EQ(concrete_types("TICK_60"), bit(event_kind::tick_60));
    EXPECT_EQ(concrete_types("REMOTE_COMMUNICATION"), bit(event_kind::remote_communication));
    EXPECT_EQ(concrete_types("TOCK"), 0U);
}

TEST(EventTypes, EveryConcreteTypeHasItsName) {
    for (const auto& type : event_types()) {
        if (type.kind) {
            EXPECT_EQ(event_name(*type.kind), type.name);
        }
    }
}

}  // namespace
}  // namespace ringmaster::core

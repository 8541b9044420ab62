"""Event listeners on Debian's supervisor.childutils: every type of event, and who gets what."""

import re
import time

from events import listener, recorded, summary, wait_events
from harness import eventually


def about(events, process):
    return [event for event in events if event.fields().get("processname") == process]


def test_a_process_is_followed_through_its_states(start):
    daemon = start(
        listener("l", "PROCESS_STATE")
        + "[program:once]\ncommand=/bin/sh -c 'read x; exit 3'\nstartsecs=0\nexitcodes=3\nautostart=false\n"
        + "[program:cat]\ncommand=/bin/cat\nstartsecs=0\n[group:g]\nprograms=cat\n"
    )
    daemon.wait_state("l", "RUNNING")
    wait_events(daemon, "l", lambda seen: len(about(seen, "cat")) == 2)
    daemon.rpc.supervisor.stopProcess("g:cat")
    seen = wait_events(daemon, "l", lambda seen: len(about(seen, "cat")) == 4)
    assert summary(about(seen, "cat")) == [
        "PROCESS_STATE_STARTING processname:cat groupname:g from_state:STOPPED tries:0",
        "PROCESS_STATE_RUNNING processname:cat groupname:g from_state:STARTING pid:N",
        "PROCESS_STATE_STOPPING processname:cat groupname:g from_state:RUNNING pid:N",
        "PROCESS_STATE_STOPPED processname:cat groupname:g from_state:STOPPING pid:N",
    ]
    pids = [event.fields().get("pid") for event in about(seen, "cat")]
    assert pids[1] == pids[2] == pids[3]


def test_exits_tell_whether_they_were_expected(start):
    daemon = start(
        listener("l", "PROCESS_STATE_EXITED")
        + "".join(
            f"[program:e{code}]\ncommand=/bin/sh -c 'exit {code}'\nstartsecs=0\nexitcodes=3\nautorestart=false\n"
            for code in (3, 4)
        )
    )
    seen = wait_events(daemon, "l", 2)
    assert sorted(summary(seen)) == [
        "PROCESS_STATE_EXITED processname:e3 groupname:e3 from_state:RUNNING expected:1 pid:N",
        "PROCESS_STATE_EXITED processname:e4 groupname:e4 from_state:RUNNING expected:0 pid:N",
    ]


def test_a_program_that_cannot_start_is_counted_and_given_up(start):
    daemon = start(
        listener("l", "PROCESS_STATE_STARTING,PROCESS_STATE_BACKOFF,PROCESS_STATE_FATAL")
        + "[program:no]\ncommand=/nonexistent\nstartretries=1\n"
    )
    seen = wait_events(daemon, "l", lambda seen: any(event.name.endswith("FATAL") for event in seen))
    assert summary(about(seen, "no")) == [
        "PROCESS_STATE_STARTING processname:no groupname:no from_state:STOPPED tries:0",
        "PROCESS_STATE_BACKOFF processname:no groupname:no from_state:STARTING tries:1",
        "PROCESS_STATE_STARTING processname:no groupname:no from_state:BACKOFF tries:1",
        "PROCESS_STATE_BACKOFF processname:no groupname:no from_state:STARTING tries:2",
        "PROCESS_STATE_FATAL processname:no groupname:no from_state:BACKOFF",
    ]


def test_numbers_count_for_the_daemon_and_for_each_pool(start):
    daemon = start(
        listener("all", "EVENT") + listener("remote", "REMOTE_COMMUNICATION", priority=5),
        supervisord={"identifier": "the-name"},
    )
    daemon.wait_all("RUNNING")
    for number in range(3):
        daemon.rpc.supervisor.sendRemoteCommEvent("kind", f"data {number}\n")
    remote = wait_events(daemon, "remote", 3)
    assert [event.payload for event in remote] == [f"type:kind\ndata {number}\n" for number in range(3)]
    assert [event.headers["poolserial"] for event in remote] == ["0", "1", "2"]
    last = remote[-1].headers["serial"]
    # Ticks may come behind it.
    seen = wait_events(daemon, "all", lambda seen: any(event.headers["serial"] == last for event in seen))
    assert [event.headers["serial"] for event in seen] == [str(number) for number in range(len(seen))]
    assert [event.headers["poolserial"] for event in seen] == [event.headers["serial"] for event in seen]
    assert list(seen[0].headers) == ["ver", "server", "serial", "pool", "poolserial", "eventname", "len"]
    assert (seen[0].headers["ver"], seen[0].headers["server"], seen[0].headers["pool"]) == ("3.0", "the-name", "all")
    assert {event.headers["pool"] for event in remote} == {"remote"}


def test_the_length_counts_characters(start):
    daemon = start(listener("l", "REMOTE_COMMUNICATION"))
    daemon.wait_state("l", "RUNNING")
    daemon.rpc.supervisor.sendRemoteCommEvent("t", "\xe9\u20ac")
    daemon.rpc.supervisor.sendRemoteCommEvent("t", "x")
    seen = wait_events(daemon, "l", 2)
    assert [event.headers["len"] for event in seen] == ["9", "8"]
    assert [event.payload for event in seen] == ["type:t\n\xe9\u20ac", "type:t\nx"]


def test_groups_and_the_daemon_announce_themselves(start):
    daemon = start(
        listener("l", "PROCESS_GROUP,SUPERVISOR_STATE_CHANGE")
        + "[program:cat]\ncommand=/bin/cat\nautostart=false\n[program:dog]\ncommand=/bin/cat\nautostart=false\n"
    )
    seen = wait_events(daemon, "l", 4)
    assert summary(seen) == [
        "PROCESS_GROUP_ADDED groupname:l\n",
        "PROCESS_GROUP_ADDED groupname:cat\n",
        "PROCESS_GROUP_ADDED groupname:dog\n",
        "SUPERVISOR_STATE_CHANGE_RUNNING ",
    ]


# Goes on after TERM until the listener has recorded that it is to stop.
ENDS_WHEN_RECORDED = (
    'trap "until grep -q PROCESS_STATE_STOPPING l.events; do sleep 0.01; done; exit 0" TERM; '
    "echo up; while :; do sleep 0.05; done"
)


def test_a_shutdown_is_announced_and_followed_to_its_end(start):
    daemon = start(
        listener("l", "SUPERVISOR_STATE_CHANGE_STOPPING,PROCESS_STATE_STOPPING,PROCESS_STATE_STOPPED")
        + "[program:slow]\nstartsecs=0\nstopwaitsecs=1000\ndirectory=%(here)s\nstdout_logfile=%(here)s/slow.out\n"
        + f"command=/bin/sh -c '{ENDS_WHEN_RECORDED}'\n"
    )
    daemon.wait_file("slow.out", "up\n")
    wait_ready(daemon)
    daemon.stop()
    assert summary(recorded(daemon, "l"))[:2] == [
        "SUPERVISOR_STATE_CHANGE_STOPPING ",
        "PROCESS_STATE_STOPPING processname:slow groupname:slow from_state:RUNNING pid:N",
    ]


def wait_ready(daemon, name="l"):
    """Waits until the listener has said READY, which its stdout log shows."""

    def has_said_so():
        with open(daemon.info(name)["stdout_logfile"], "rb") as log:
            return log.read().endswith(b"READY\n")

    eventually(has_said_so, f"{name} to be ready")


def test_numbers_go_on_over_a_restart(start):
    daemon = start(listener("l", "SUPERVISOR_STATE_CHANGE_RUNNING,REMOTE_COMMUNICATION"))
    wait_events(daemon, "l", 1)
    daemon.rpc.supervisor.sendRemoteCommEvent("a", "b")
    wait_events(daemon, "l", 2)
    daemon.rpc.supervisor.restart()
    seen = wait_events(daemon, "l", 3)
    assert [(event.headers["serial"], event.headers["poolserial"]) for event in seen] == [
        ("0", "0"),
        ("1", "1"),
        ("2", "0"),
    ]


def test_ticks_are_multiples_of_their_period(start):
    daemon = start(listener("l", "TICK_5"))
    begun = time.time()
    seen = wait_events(daemon, "l", 2)
    slices = [int(event.fields()["when"]) for event in seen]
    assert {event.name for event in seen} == {"TICK_5"}
    assert all(re.fullmatch(r"when:\d+", event.payload) for event in seen)
    assert all(each % 5 == 0 for each in slices)
    assert slices[1] > slices[0] > begun - 5


def test_several_listeners_of_a_pool_share_its_events(start):
    daemon = start(
        listener("l", "REMOTE_COMMUNICATION", process_name="%(process_num)s", numprocs=3),
    )
    daemon.wait_all("RUNNING")
    for number in range(30):
        daemon.rpc.supervisor.sendRemoteCommEvent("n", str(number))
    seen = wait_events(daemon, "l", 30)
    assert sorted(int(event.data()) for event in seen) == list(range(30))

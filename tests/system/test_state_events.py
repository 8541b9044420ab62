"""The same scripted children under both daemons: a listener sees the same states, in the same order.

Only what Supervisor does not leave to its poll loop is compared: the sequence of each process, with
the details of each event, but not how the sequences of several processes interleave.
"""

import os
import signal

import pytest

from events import listener, masked, wait_events

PROGRAMS = {
    # name: (command, options, state in which it comes to rest)
    "stays": ("exec cat", "startsecs=0", "RUNNING"),
    "proven": ("exec cat", "startsecs=1", "RUNNING"),
    "expected": ("exit 0", "startsecs=0", "EXITED"),
    "unexpected": ("exit 3", "startsecs=0\nautorestart=false", "EXITED"),
    "killed": ("kill -9 $$", "startsecs=0\nautorestart=false", "EXITED"),
    "codes": ("exit 7", "startsecs=0\nexitcodes=7,8", "EXITED"),
    "once_more": ("test -e once_more && exec cat; touch once_more; exit 1", "startsecs=0", "RUNNING"),
    "always": ("test -e always && exec cat; touch always; exit 0", "startsecs=0\nautorestart=true", "RUNNING"),
    "too_quick": ("exit 0", "startsecs=30\nstartretries=1", "FATAL"),
    "at_last": ("echo >>tries; test $(wc -l <tries) -gt 2 && exec cat; exit 1", "startsecs=3", "RUNNING"),
    "on_request": ("exec cat", "autostart=false", "STOPPED"),
    "unproven": ("exec cat", "startsecs=1000", "STARTING"),
}


def config():
    text = listener("l", "PROCESS_STATE")
    for name, (script, options, _) in PROGRAMS.items():
        text += f"[program:{name}]\ncommand=/bin/sh -c '{script}'\n{options}\n"
    text += "[program:missing]\ncommand=/no/such/file\nstartretries=1\n"
    text += "[program:stubborn]\ncommand=/bin/sh -c 'trap \"\" TERM; echo up; exec sleep 1000'\n"
    return text + "startsecs=0\nstopwaitsecs=1\nstdout_logfile=%(here)s/stubborn.log\n"


def tell(daemon):
    """Lets the story happen and returns the events of each process."""
    for name, (_, _, rest) in PROGRAMS.items():
        daemon.wait_state(name, rest, timeout=60)
    daemon.wait_state("missing", "FATAL")
    daemon.wait_file("stubborn.log", "up\n")
    rpc = daemon.rpc.supervisor
    for name in ("on_request", "expected", "too_quick", "missing"):
        try:
            rpc.startProcess(name)
        except Exception:  # noqa: BLE001 - it is the events that count
            pass
    daemon.wait_state("too_quick", "FATAL", timeout=60)
    for name in ("stays", "stubborn", "on_request", "unproven"):
        rpc.stopProcess(name)
    old = daemon.info("proven")["pid"]
    os.kill(old, signal.SIGTERM)
    daemon.wait_new_pid("proven", old)
    rpc.signalProcess("always", "KILL")
    wait_events(daemon, "l", is_told)
    return by_process(daemon)


def is_told(seen):
    """Nothing more happens: two were started once more after a signal, four were stopped."""
    names = [event.fields()["processname"] for event in seen]
    stopped = {event.fields()["processname"] for event in seen if event.name == "PROCESS_STATE_STOPPED"}
    wanted = {"stays", "stubborn", "on_request", "unproven"}
    return names.count("always") >= 8 and names.count("proven") >= 5 and wanted <= stopped


def by_process(daemon):
    found = {}
    for event in wait_events(daemon, "l", 1):
        found.setdefault(event.fields()["processname"], []).append(f"{event.name} {masked(event.payload)}")
    found.pop("l")  # a listener hears of its own start only if it is quick enough
    return found


@pytest.mark.ours_only  # runs both daemons itself
def test_both_daemons_tell_the_same_story(start):
    ours = start(config(), kind="ringmasterd")
    theirs = start(config(), kind="supervisord")
    expected = tell(theirs)
    assert tell(ours) == expected
    assert set(expected) == {*PROGRAMS, "missing", "stubborn"}

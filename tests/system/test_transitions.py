"""Rows of the transition table and of the restart matrix that need a process caught in the right moment."""

import datetime
import os
import pwd
import re
import signal
import xmlrpc.client

import pytest

from events import listener, recorded, wait_events
from harness import alive, eventually, ignores

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to give a privilege up")

STUBBORN = "/bin/sh -c 'trap \"\" TERM; exec sleep 1000'"
ENDINGS = {
    "expected": ("exit 0", "exit status 0"),
    "unexpected": ("exit 3", "exit status 3"),
    "killed": ("kill -9 $$", "terminated by SIGKILL"),
}
MODES = ("false", "unexpected", "true")
FATAL = "INFO gave up: {} entered FATAL state, too many start retries too quickly"


def states(events, name):
    """("STARTING", "tries:0") … of one process."""
    told = [event for event in events if event.fields()["processname"] == name]
    return [
        (event.name.removeprefix("PROCESS_STATE_"), f"tries:{tries}" if (tries := event.fields().get("tries")) else "")
        for event in told
    ]


def test_an_end_before_startsecs_is_a_failed_start_whatever_the_status_and_autorestart(start):
    cells = {f"{mode}-{ending}": (mode, ending) for mode in MODES for ending in ENDINGS}
    text = "".join(
        f"[program:{name}]\ncommand=/bin/sh -c '{ENDINGS[ending][0]}'\nautorestart={mode}\n"
        "startsecs=20\nstartretries=0\n"
        for name, (mode, ending) in cells.items()
    )
    daemon = start(text)
    daemon.wait_all("FATAL")
    # What was given up stays so: whatever was to start again would have done so before this one has ended.
    for name in cells:
        with pytest.raises(xmlrpc.client.Fault) as caught:
            daemon.rpc.supervisor.startProcess(name)
        assert (caught.value.faultCode, caught.value.faultString) == (50, f"SPAWN_ERROR: {name}")
        info = daemon.wait_state(name, "FATAL")
        assert (info["exitstatus"], info["spawnerr"]) == (0, "Exited too quickly (process log may have details)")
    for name, (_, ending) in cells.items():
        attempt = [
            f"INFO spawned: '{name}' with pid N",
            f"WARN exited: {name} ({ENDINGS[ending][1]}; not expected)",
            FATAL.format(name),
        ]
        assert daemon.history(name) == attempt * 2


def test_what_was_stopped_by_request_stays_stopped_until_its_group_is_added_again(start):
    text = "".join(f"[program:{mode}]\ncommand=/bin/cat\nautorestart={mode}\nstartsecs=0\n" for mode in MODES)
    daemon = start(text + "[program:other]\ncommand=/bin/cat\nautorestart=true\nstartsecs=0\n")
    daemon.wait_all("RUNNING")
    for mode in MODES:
        assert daemon.rpc.supervisor.stopProcess(mode) is True
    # The restart of another one shows that it would have been time.
    old = daemon.info("other")["pid"]
    os.kill(old, signal.SIGKILL)
    daemon.wait_new_pid("other", old)
    for mode in MODES:
        info = daemon.info(mode)
        assert (info["statename"], info["pid"], info["exitstatus"]) == ("STOPPED", 0, -1)
        assert daemon.history(mode)[-1] == f"WARN stopped: {mode} (terminated by SIGTERM)"
    assert daemon.rpc.supervisor.removeProcessGroup("true") is True
    assert daemon.rpc.supervisor.addProcessGroup("true") is True
    daemon.wait_state("true", "RUNNING")


def test_a_stop_during_starting_is_a_stop(start):
    daemon = start(
        listener("l", "PROCESS_STATE") + "[program:slow]\ncommand=/bin/cat\nstartsecs=1000\nautostart=false\n"
        "[program:last]\ncommand=/bin/cat\nstartsecs=1000\n"
    )
    daemon.wait_state("l", "RUNNING")
    assert daemon.rpc.supervisor.startProcess("slow", False) is True
    assert daemon.state("slow") == "STARTING"
    assert daemon.rpc.supervisor.stopProcess("slow") is True
    info = daemon.info("slow")
    assert (info["statename"], info["exitstatus"], info["spawnerr"]) == ("STOPPED", -1, "")
    assert daemon.history("slow")[-1] == "WARN stopped: slow (terminated by SIGTERM)"
    seen = wait_events(daemon, "l", lambda seen: ("STOPPED", "") in states(seen, "slow"))
    assert states(seen, "slow") == [("STARTING", "tries:0"), ("STOPPING", ""), ("STOPPED", "")]
    # The shutdown does the same.
    pid = daemon.info("last")["pid"]
    assert daemon.stop() == 0
    assert not alive(pid) and daemon.wait_log("stopped: last (terminated by SIGTERM)")


def test_failed_starts_are_counted_across_a_stop_and_forgotten_when_given_up(start):
    daemon = start(
        listener("l", "PROCESS_STATE")
        + "".join(
            f"[program:{name}]\ncommand=/bin/false\nstartsecs=20\nstartretries={retries}\nautostart=false\n"
            for name, retries in {"few": 3, "many": 1000}.items()
        )
        + f"[program:slow]\ncommand={STUBBORN}\nstartsecs=0\nstopwaitsecs=1000\npriority=5\n"
    )
    daemon.wait_state("l", "RUNNING")
    daemon.wait_state("slow", "RUNNING")
    eventually(lambda: ignores(daemon.info("slow")["pid"], signal.SIGTERM), "the program to ignore SIGTERM")
    for name in ("few", "many"):
        with pytest.raises(xmlrpc.client.Fault):
            daemon.rpc.supervisor.startProcess(name)
    # After the third failure there are three seconds before the next attempt.
    wait_events(daemon, "l", lambda seen: ("BACKOFF", "tries:3") in states(seen, "few"))
    daemon.wait_log("exited: few")
    assert daemon.rpc.supervisor.stopProcess("few") is True
    info = daemon.info("few")
    assert (info["statename"], info["spawnerr"]) == ("STOPPED", "Exited too quickly (process log may have details)")
    for _ in range(2):
        with pytest.raises(xmlrpc.client.Fault):
            daemon.rpc.supervisor.startProcess("few")
        daemon.wait_log("exited: few")
    seen = wait_events(daemon, "l", lambda seen: len(states(seen, "few")) >= 12)
    assert states(seen, "few")[4:12] == [
        ("STARTING", "tries:2"),
        ("BACKOFF", "tries:3"),
        ("STOPPED", ""),
        ("STARTING", "tries:3"),
        ("BACKOFF", "tries:4"),
        ("FATAL", ""),
        ("STARTING", "tries:0"),
        ("BACKOFF", "tries:1"),
    ]

    # A shutdown gives up what waits for a retry. The program that is stopped next keeps the listener alive.
    wait_events(daemon, "l", lambda seen: states(seen, "many")[-1][0] == "BACKOFF")
    slow = daemon.info("slow")["pid"]
    daemon.send(signal.SIGTERM)
    seen = wait_events(daemon, "l", lambda seen: states(seen, "many")[-1] == ("FATAL", ""))
    assert states(seen, "many")[-2][0] == "BACKOFF"
    os.kill(slow, signal.SIGKILL)
    assert daemon.wait_exit() == 0
    assert not daemon.find_log("gave up: many")


@as_root
@pytest.mark.ours_only  # the end of a process in UNKNOWN aborts supervisord
@pytest.mark.parametrize(
    "state, by, problem",
    [("STARTING", "stop", "killing"), ("STOPPING", "escalation", "killing"), ("STOPPING", "signal", "sending sig")],
)
def test_a_refused_signal_makes_unknown_of_every_living_state(start, state, by, problem):
    # The child is of the daemon's user at first, and gets another one when it is told to.
    change = (
        "/usr/bin/python3 -c \"import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        f"signal.signal(signal.SIGUSR1, lambda *_: os.setuid({pwd.getpwnam('nobody').pw_uid})); "
        "print('up', flush=True); [time.sleep(1) for _ in range(1000)]\""
    )
    daemon = start(
        f"[program:other]\ncommand={change}\nstartsecs=1000\nstdout_logfile=%(here)s/up\n"
        f"stopwaitsecs={5 if by == 'escalation' else 1000}\n",
        wrapper=["setpriv", "--bounding-set=-kill", "--inh-caps=-kill"],
    )
    daemon.wait_file("up", "up")
    pid = daemon.info("other")["pid"]
    if state == "STOPPING":
        daemon.rpc.supervisor.stopProcess("other", False)
        assert daemon.state("other") == "STOPPING"
    os.kill(pid, signal.SIGUSR1)
    eventually(lambda: os.stat(f"/proc/{pid}").st_uid != 0, "another user")
    refused = f"unknown problem {problem} other ({pid}):[Errno 1] Operation not permitted"
    rpc = daemon.rpc.supervisor
    calls = {"stop": lambda: rpc.stopProcess("other"), "signal": lambda: rpc.signalProcess("other", "HUP")}
    if by in calls:
        with pytest.raises(xmlrpc.client.Fault) as caught:
            calls[by]()
        assert (caught.value.faultCode, caught.value.faultString) == (30, f"FAILED: {refused}")
    info = daemon.wait_state("other", "UNKNOWN")
    assert (info["pid"], info["description"]) == (pid, "")
    assert daemon.wait_log(refused).level == "CRIT"
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: daemon.info("other")["pid"] == 0, "the end of the child to be noticed")


def test_a_start_while_it_is_stopping_only_warns(start):
    daemon = start(f"[program:slow]\ncommand={STUBBORN}\nstartsecs=0\nstopwaitsecs=1000\n")
    pid = daemon.wait_state("slow", "RUNNING")["pid"]
    eventually(lambda: ignores(pid, signal.SIGTERM), "the program to ignore SIGTERM")
    daemon.rpc.supervisor.stopProcess("slow", False)
    assert daemon.rpc.supervisor.startProcess("slow", False) is True
    with pytest.raises(xmlrpc.client.Fault) as caught:
        daemon.rpc.supervisor.startProcess("slow")
    assert (caught.value.faultCode, caught.value.faultString) == (40, "ABNORMAL_TERMINATION: slow")
    assert daemon.wait_log("process 'slow' already running").level == "WARN"
    info = daemon.info("slow")
    assert (info["statename"], info["pid"]) == ("STOPPING", pid)
    with pytest.raises(xmlrpc.client.Fault, match=re.escape("STILL_RUNNING: slow")):
        daemon.rpc.supervisor.removeProcessGroup("slow")
    # A child that is being stopped still takes signals.
    assert daemon.rpc.supervisor.signalProcess("slow", "KILL") is True
    daemon.wait_state("slow", "STOPPED")
    assert daemon.history("slow")[-1] == "WARN stopped: slow (terminated by SIGKILL)"


def test_an_exit_signal_during_a_restart_ends_the_daemon(start):
    daemon = start(f"[program:slow]\ncommand={STUBBORN}\nstartsecs=0\nstopwaitsecs=1000\n")
    pid = daemon.wait_state("slow", "RUNNING")["pid"]
    eventually(lambda: ignores(pid, signal.SIGTERM), "the program to ignore SIGTERM")
    for number in (signal.SIGHUP, signal.SIGHUP, signal.SIGTERM):
        before = daemon.count_log("received SIG(HUP|TERM) indicating")
        daemon.send(number)
        eventually(lambda: daemon.count_log("received SIG(HUP|TERM) indicating") > before, "the signal")
    os.kill(pid, signal.SIGKILL)
    assert daemon.wait_exit() == 0
    assert daemon.count_log("supervisord started with pid") == 1


def test_a_program_that_ends_at_once_is_not_started_more_often_than_supervisor_would(start):
    """With startsecs=0 nothing but the daemon's pace keeps it from filling the machine with processes."""
    daemon = start("[program:short]\ncommand=/bin/true\nstartsecs=0\nautorestart=true\n")

    def launches():
        lines = daemon.log().splitlines()
        stamps = [line.split(" INFO ")[0] for line in lines if "INFO spawned: 'short'" in line]
        return [datetime.datetime.strptime(stamp, "%Y-%m-%d %H:%M:%S,%f") for stamp in stamps]

    eventually(lambda: len(launches()) >= 4, "four launches")
    seen = launches()
    assert (seen[-1] - seen[0]).total_seconds() >= 0.9 * (len(seen) - 1)


@pytest.mark.ours_only  # supervisord says NOT_RUNNING, and starts it again
@pytest.mark.parametrize(
    "call", [("stopProcess", "short"), ("stopProcess", "short:*"), ("stopProcessGroup", "short"), ("stopAllProcesses",)]
)
def test_a_program_that_ends_again_and_again_can_be_stopped(start, call):
    daemon = start("[program:short]\ncommand=/bin/true\nstartsecs=0\nautorestart=true\n")
    daemon.wait_state("short", "EXITED")
    method, *arguments = call
    done = getattr(daemon.rpc.supervisor, method)(*arguments)
    assert done is True or [each["name"] for each in done] == ["short"]
    assert daemon.rpc.supervisor.getProcessInfo("short")["statename"] == "STOPPED"

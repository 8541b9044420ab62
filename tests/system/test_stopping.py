"""Stop requests, escalation to SIGKILL, process groups, signals sent by request."""

import os
import pathlib
import re
import signal
import xmlrpc.client

import pytest

from harness import alive, end, eventually, process_stat

pytestmark = pytest.mark.engine

REPORTER = f"/usr/bin/python3 {pathlib.Path(__file__).with_name('child.py')}"
# Ignoring a signal outlives exec, so no shell remains in between.
STUBBORN = "/bin/sh -c 'trap \"\" TERM; echo ready; exec sleep 1000'"


def family(name, first=""):
    """A leader and one child, both in the process group of the program; tells the child's pid."""
    return f"/bin/sh -c '{first} sleep 1000 & echo $! >{name}.tmp; mv {name}.tmp {name}.child; wait'"


@pytest.fixture(scope="module")
def daemon(start_shared):
    ignore = 'trap "" TERM;'
    daemon = start_shared(
        "[program:cat]\ncommand=/bin/cat\n"
        f"[program:stubborn]\ncommand={STUBBORN}\nstopwaitsecs=5\nstdout_logfile=%(here)s/stubborn.log\n"
        f"[program:usr1]\ncommand={REPORTER}\nstopsignal=USR1\nstdout_logfile=%(here)s/usr1.log\n"
        f"[program:reporter]\ncommand={REPORTER}\nstdout_logfile=%(here)s/reporter.log\n"
        f"[program:alone]\ncommand={family('alone')}\nautostart=false\n"
        f"[program:together]\ncommand={family('together')}\nstopasgroup=true\nautostart=false\n"
        f"[program:escalate]\ncommand={family('escalate', ignore)}\nkillasgroup=true\nstopwaitsecs=1\nautostart=false\n"
        "[program:retrying]\ncommand=/bin/false\nstartsecs=20\nstartretries=30\n"
        "[program:zero]\ncommand=/bin/cat\nstopsignal=0\nstopwaitsecs=1\n",
        supervisord={"loglevel": "debug"},
    )
    for name in ("cat", "stubborn", "usr1", "reporter", "zero"):
        daemon.wait_state(name, "RUNNING")
    return daemon


def start_family(daemon, name):
    """Starts the program and returns the pids of leader and child."""
    daemon.rpc.supervisor.startProcess(name)
    child = int(daemon.wait_file(f"{name}.child", "\n"))
    leader = daemon.info(name)["pid"]
    assert process_stat(child).pgrp == process_stat(leader).pgrp == leader
    return leader, child


def test_a_stop_sends_the_stop_signal_and_waits(daemon):
    pid = daemon.info("cat")["pid"]
    assert daemon.rpc.supervisor.stopProcess("cat") is True
    info = daemon.info("cat")
    assert (info["statename"], info["pid"], info["exitstatus"]) == ("STOPPED", 0, -1)
    assert info["stop"] > 0 and not alive(pid)
    assert daemon.history("cat")[-3:] == [
        "DEBG killing cat (pid N) with signal SIGTERM",
        "INFO waiting for cat to stop",
        "WARN stopped: cat (terminated by SIGTERM)",
    ]
    assert daemon.rpc.supervisor.startProcess("cat") is True
    assert daemon.info("cat")["statename"] == "RUNNING"


def test_the_stop_signal_is_configurable(daemon):
    daemon.wait_file("usr1.log", "ready\n")
    daemon.rpc.supervisor.stopProcess("usr1")
    daemon.wait_file("usr1.log", "ready\nSIGUSR1\n")
    assert daemon.history("usr1")[-1] == "INFO stopped: usr1 (exit status 0)"
    assert daemon.info("usr1")["exitstatus"] == 0


def test_a_child_that_ignores_the_signal_is_killed_after_stopwaitsecs(daemon):
    daemon.wait_file("stubborn.log", "ready\n")
    pid = daemon.info("stubborn")["pid"]
    daemon.rpc.supervisor.stopProcess("stubborn", False)
    info = daemon.info("stubborn")
    assert (info["statename"], info["pid"], info["description"]) == ("STOPPING", pid, "")
    with pytest.raises(xmlrpc.client.Fault) as caught:
        daemon.rpc.supervisor.stopProcess("stubborn")
    assert (caught.value.faultCode, caught.value.faultString) == (70, "NOT_RUNNING: stubborn")
    daemon.wait_state("stubborn", "STOPPED")
    assert daemon.history("stubborn")[-4:] == [
        "DEBG killing stubborn (pid N) with signal SIGTERM",
        "WARN killing 'stubborn' (N) with SIGKILL",
        "DEBG killing stubborn (pid N) with signal SIGKILL",
        "WARN stopped: stubborn (terminated by SIGKILL)",
    ]


def test_without_stopasgroup_only_the_leader_is_stopped(daemon):
    leader, child = start_family(daemon, "alone")
    try:
        daemon.rpc.supervisor.stopProcess("alone")
        assert not alive(leader) and alive(child)
    finally:
        end(child)


def test_stopasgroup_signals_the_whole_group(daemon):
    leader, child = start_family(daemon, "together")
    daemon.rpc.supervisor.stopProcess("together")
    assert "DEBG killing together (pid N) process group with signal SIGTERM" in daemon.history("together")
    eventually(lambda: not alive(child), "the end of the grandchild")
    assert not alive(leader)


def test_killasgroup_kills_the_whole_group(daemon):
    leader, child = start_family(daemon, "escalate")
    daemon.rpc.supervisor.stopProcess("escalate")
    assert daemon.history("escalate")[-1] == "WARN stopped: escalate (terminated by SIGKILL)"
    assert "DEBG killing escalate (pid N) process group with signal SIGKILL" in daemon.history("escalate")
    eventually(lambda: not alive(child), "the end of the grandchild")
    assert not alive(leader)


def test_stopping_a_program_that_waits_for_a_retry_takes_effect_at_once(daemon):
    # Just after a failure: each wait is a second longer than the one before.
    failures = daemon.count_log("^exited: retrying")
    eventually(lambda: daemon.count_log("^exited: retrying") > max(failures, 1), "another failure")
    assert daemon.rpc.supervisor.stopProcess("retrying") is True
    assert daemon.info("retrying")["statename"] == "STOPPED"
    assert daemon.wait_log("Attempted to kill retrying, which is in BACKOFF state.").level == "DEBG"


def test_stopsignal_zero_leaves_it_to_the_escalation(daemon):
    daemon.rpc.supervisor.stopProcess("zero")
    assert daemon.history("zero")[-1] == "WARN stopped: zero (terminated by SIGKILL)"


def test_signals_sent_by_request_change_no_state(daemon):
    daemon.wait_file("reporter.log", "ready\n")
    pid = daemon.info("reporter")["pid"]
    assert daemon.rpc.supervisor.signalProcess("reporter", "HUP") is True
    daemon.wait_file("reporter.log", "ready\nSIGHUP\n")
    assert daemon.history("reporter")[-1] == "DEBG sending reporter (pid N) sig SIGHUP"
    assert daemon.rpc.supervisor.signalProcess("reporter", 10) is True
    daemon.wait_file("reporter.log", lambda text: text.count("ready\n") == 1 and "SIGUSR1\n" in text)
    daemon.wait_log(re.compile(r"exited: reporter \(exit status 0; expected\)"))
    assert daemon.wait_state("reporter", "EXITED")["pid"] == 0 and not alive(pid)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to give a privilege up")
@pytest.mark.ours_only  # the end of a process in UNKNOWN aborts supervisord
def test_a_signal_that_is_refused_makes_the_process_unknown(start):
    # root without the right to signal the processes of others
    daemon = start(
        "[program:other]\ncommand=/bin/cat\nuser=nobody\nstartsecs=0\nautorestart=true\n",
        supervisord={"loglevel": "debug"},
        wrapper=["setpriv", "--bounding-set=-kill", "--inh-caps=-kill"],
    )
    pid = daemon.wait_state("other", "RUNNING")["pid"]
    with pytest.raises(xmlrpc.client.Fault) as caught:
        daemon.rpc.supervisor.stopProcess("other")
    refused = f"unknown problem killing other ({pid}):[Errno 1] Operation not permitted"
    assert (caught.value.faultCode, caught.value.faultString) == (30, f"FAILED: {refused}")
    info = daemon.info("other")
    assert (info["statename"], info["pid"], info["description"]) == ("UNKNOWN", pid, "")
    with pytest.raises(xmlrpc.client.Fault) as caught:
        daemon.rpc.supervisor.startProcess("other")
    assert caught.value.faultString == "FAILED: other is in an unknown process state"
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: daemon.info("other")["pid"] == 0, "the end of the child to be noticed")
    assert daemon.state("other") == "UNKNOWN"

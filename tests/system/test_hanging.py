"""Programs whose launch hangs, as on a dead network file system: nobody else may notice.

A write lease on the executable makes execve wait until the holder lets go, at the longest for
/proc/sys/fs/lease-break-time seconds (45 by default): a real hang that needs no broken disk.
"""

import fcntl
import os
import signal

import pytest

from harness import children_of, eventually

pytestmark = pytest.mark.ours_only  # under Supervisor each child hangs by itself, after the fork
HUNG = [f"hung{i}" for i in range(6)]  # more than the daemon has spawn threads to begin with


@pytest.fixture
def hanging(tmp_path):
    """The path of a program that nobody gets to execute until the end of the test."""
    path = tmp_path / "hanging"
    path.write_text("#!/bin/sh\nexec sleep 1000\n")
    path.chmod(0o755)
    before = signal.signal(signal.SIGIO, signal.SIG_IGN)  # tells the holder that somebody waits
    with open(path, "r+b") as file:
        try:
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        except OSError as refused:
            pytest.skip(f"no leases on this file system: {refused}")
        yield path
    signal.signal(signal.SIGIO, before)


def hung_programs(path, options):
    return "".join(f"[program:{name}]\ncommand={path}\npriority=1\n{options}\n" for name in HUNG)


def test_launches_that_hang_delay_nobody_else(start, hanging):
    daemon = start(
        hung_programs(hanging, "stopwaitsecs=1")
        + "[program:cat]\ncommand=/bin/cat\nstartsecs=0\n[program:late]\ncommand=/bin/cat\nautostart=false\n"
    )
    old = daemon.wait_state("cat", "RUNNING")["pid"]
    assert daemon.rpc.supervisor.startProcess("late") is True
    os.kill(old, signal.SIGKILL)
    daemon.wait_new_pid("cat", old)
    for name in HUNG:
        info = daemon.info(name)
        assert (info["statename"], info["pid"], info["description"]) == ("STARTING", 0, "")
    daemon.wait_log("the launch of 'hung0' hangs (a slow disk or network file system?); other programs go on")

    # A stop does not wait for ever, and a launch that was given up leaves nothing behind.
    assert daemon.rpc.supervisor.stopProcess("hung0") is True
    info = daemon.info("hung0")
    assert (info["statename"], info["spawnerr"]) == ("STOPPED", "the launch of 'hung0' hung")
    assert daemon.find_log("giving up the launch of 'hung0', which hangs").level == "WARN"
    # Each other one that hangs has a child on its way to execve.
    eventually(lambda: len(children_of(daemon.pid)) == 2 + len(HUNG) - 1, "the end of the half-made child")


def test_a_daemon_with_launches_that_hang_can_be_stopped(start, hanging):
    daemon = start(hung_programs(hanging, "stopwaitsecs=0") + "[program:cat]\ncommand=/bin/cat\n")
    daemon.wait_state("cat", "RUNNING")
    assert daemon.stop() == 0
    assert daemon.count_log("giving up the launch of 'hung.', which hangs") == len(HUNG)
    assert not daemon.leftovers()

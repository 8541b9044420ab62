"""Launches that hang, and logs on a dead disk that somebody reads: nobody else may notice.

See the fixture `hanging` and harness/dead_disk.py for how that is done without a broken disk.
"""

import os
import signal
import xmlrpc.client

import pytest

from harness import DEADLINE, UnixConnection, children_of, eventually, rpc_proxy
from harness.dead_disk import DeadDisk

pytestmark = pytest.mark.ours_only  # under Supervisor each child hangs by itself, after the fork
HUNG = [f"hung{i}" for i in range(6)]  # more than the daemon has spawn threads to begin with


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
    with pytest.raises(xmlrpc.client.Fault, match="NOT_RUNNING: hung0"):
        daemon.rpc.supervisor.signalProcess("hung0", "HUP")  # there is nobody to take it
    daemon.wait_log("the launch of 'hung0' hangs (a slow disk or network file system?); other programs go on")

    # A stop does not wait for ever, and a launch that was given up leaves nothing behind.
    assert daemon.rpc.supervisor.stopProcess("hung0") is True
    info = daemon.info("hung0")
    assert (info["statename"], info["spawnerr"]) == ("STOPPED", "the launch of 'hung0' hung")
    assert daemon.wait_log("giving up the launch of 'hung0', which hangs").level == "WARN"
    # Each other one that hangs has a child on its way to execve.
    eventually(lambda: len(children_of(daemon.pid)) == 2 + len(HUNG) - 1, "the end of the half-made child")


def test_a_daemon_with_launches_that_hang_can_be_stopped(start, hanging):
    daemon = start(hung_programs(hanging, "stopwaitsecs=0") + "[program:cat]\ncommand=/bin/cat\n")
    daemon.wait_state("cat", "RUNNING")
    assert daemon.stop() == 0
    assert daemon.count_log("giving up the launch of 'hung.', which hangs") == len(HUNG)
    assert not daemon.survivors()


@pytest.fixture
def dead_disk(tmp_path):
    try:
        disk = DeadDisk(tmp_path / "disk", b"from the disk\n")
    except OSError as refused:
        pytest.skip(f"no file systems in user space: {refused}")
    yield disk
    disk.close()


def test_a_log_on_a_dead_disk_that_is_read_and_followed_delays_nobody_else(start, dead_disk):
    daemon = start(
        "[program:cat]\ncommand=/bin/cat\nstartsecs=0\nstdout_logfile=%(here)s/cat.out\n"
        "[program:late]\ncommand=/bin/cat\nautostart=false\n"
    )
    daemon.wait_state("cat", "RUNNING")
    (daemon.dir / "cat.out").unlink()  # the daemon keeps the file that it writes to
    (daemon.dir / "cat.out").symlink_to(dead_disk.log)
    following, opening, reading = (UnixConnection(daemon.socket) for _ in range(3))
    following.request("GET", "/logtail/cat")
    stream = following.getresponse()
    assert stream.read1() == b"from the disk\n"

    dead_disk.hang()
    dead_disk.wait_for_somebody(DEADLINE)
    opening.request("GET", "/logtail/cat")
    body = xmlrpc.client.dumps(("cat", 0, 0), "supervisor.readProcessStdoutLog")
    reading.request("POST", "/RPC2", body)
    others = rpc_proxy(daemon.socket)
    assert others.supervisor.startProcess("late") is True
    assert others.supervisor.getProcessInfo("late")["statename"] == "RUNNING"
    others("close")()

    assert daemon.rpc.supervisor.shutdown() is True
    daemon.disconnect()
    assert stream.read() == b""  # raises IncompleteRead without the last chunk
    for connection in (following, opening, reading):
        connection.close()
    eventually(lambda: not daemon.socket.exists(), "the end of the server")
    dead_disk.close()  # the kernel keeps what waits for such a disk, whatever the process does
    assert daemon.wait_exit() == 0

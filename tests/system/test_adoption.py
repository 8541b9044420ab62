"""The daemon as PID 1 of a container and as a subreaper: orphans become its children."""

import re
import subprocess
import sys

import pytest

from harness import children_of, eventually, process_stat

ORPHANS = 20
# Each round leaves an orphan behind that ends by itself, with a status to recognise it by.
MAKER = "/bin/sh -c 'for i in $(seq 20); do (sh -c \"sleep 0.1; exit 9\" &); done; exec cat'"
REAPED = re.compile(r"reaped unknown pid \d+ \(exit status 9\)")


def wait_reaped(daemon, pid):
    """All orphans are collected and told of, and the program lives."""
    eventually(lambda: daemon.count_log(REAPED) == ORPHANS, lambda: f"{ORPHANS} strays in:\n{daemon.log()}")
    assert daemon.wait_log("reaped unknown pid").level == "INFO"
    eventually(lambda: len(children_of(pid)) == 1, lambda: f"one child: {children_of(pid)}")
    daemon.wait_state("maker", "RUNNING")


def test_a_subreaper_reaps_strays(start):
    become_subreaper = (
        "import ctypes, os, sys; ctypes.CDLL(None).prctl(36, 1, 0, 0, 0); os.execvp(sys.argv[1], sys.argv[1:])"
    )
    daemon = start(
        f"[program:maker]\ncommand={MAKER}\nstartsecs=0\n", wrapper=[sys.executable, "-c", become_subreaper]
    )
    wait_reaped(daemon, daemon.pid)


def test_children_that_a_shell_left_to_the_daemon_are_reaped(start):
    # One may end before the daemon can see any signal.
    wrapper = ["sh", "-c", '(exit 8) & (sleep 1; exit 9) & exec "$@"', "sh"]
    daemon = start("[program:cat]\ncommand=/bin/cat\nstartsecs=0\n", wrapper=wrapper)
    cat = daemon.wait_state("cat", "RUNNING")["pid"]
    for status in (8, 9):
        assert daemon.wait_log(re.compile(rf"reaped unknown pid \d+ \(exit status {status}\)")).level == "INFO"
    assert [child.pid for child in children_of(daemon.pid)] == [cat]


@pytest.mark.ours_only  # as a mere parent Supervisor reaps nothing else, but it would have to
def test_strays_are_reaped_while_a_launch_hangs(start, hanging):
    become_subreaper = (
        "import ctypes, os, sys; ctypes.CDLL(None).prctl(36, 1, 0, 0, 0); os.execvp(sys.argv[1], sys.argv[1:])"
    )
    daemon = start(
        f"[program:hung]\ncommand={hanging}\nstopwaitsecs=0\n[program:maker]\ncommand={MAKER}\nstartsecs=0\n",
        wrapper=[sys.executable, "-c", become_subreaper],
    )
    eventually(lambda: daemon.count_log(REAPED) == ORPHANS, lambda: f"{ORPHANS} strays in:\n{daemon.log()}")
    assert daemon.state("hung") == "STARTING"


def test_pid_1_reaps_strays(start):
    namespace = ["unshare", "--pid", "--fork", "--kill-child"]
    if subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("no PID namespaces here")
    daemon = start(f"[program:maker]\ncommand={MAKER}\nstartsecs=0\n", wrapper=namespace)
    (init,) = children_of(daemon.process.pid)
    assert daemon.rpc.supervisor.getPID() == 1
    wait_reaped(daemon, init.pid)
    # From inside, where the kernel shields PID 1 from every signal that it does not expect. The end of
    # PID 1 kills whatever is left in the namespace, the sender included if it is slow.
    subprocess.run(["nsenter", "--pid", "--target", str(init.pid), "sh", "-c", "kill -TERM 1"], check=False)
    assert daemon.wait_exit() == 0
    assert process_stat(init.pid) is None

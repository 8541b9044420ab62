"""A disk that is full: what fits is in the log, the rest is counted, and logging goes on by itself."""

import pathlib
import re
import shutil
import signal
import subprocess

import pytest

from harness import eventually

pytestmark = [pytest.mark.engine, pytest.mark.ours_only]

CAPACITY = 256 * 1024
# In a mount namespace of the daemon's own: nothing is left behind, whatever happens.
MOUNT = f'mkdir -p small && mount -t tmpfs -o size={CAPACITY} none small && exec "$@"'
WRAPPER = ("unshare", "--mount", "sh", "-c", MOUNT, "sh")
# Writes as many bytes as each line of its input says, and says that it did.
WRITER = """
import os, sys
for line in sys.stdin:
    left = int(line)
    while left:
        left -= os.write(1, b"x" * min(left, 4096))
    with open("written", "a") as log:
        log.write(line)
"""
CONFIG = (
    "[program:writer]\ncommand=/usr/bin/python3 -u write.py\nstartsecs=0\n"
    "stdout_logfile=%(here)s/small/writer.out\nstdout_logfile_maxbytes=0\n"
    "[program:healthy]\ncommand=/bin/cat\nstartsecs=0\nstdout_logfile=%(here)s/healthy.out\n"
)


def may_mount():
    return bool(shutil.which("unshare")) and not subprocess.run(
        ["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True
    ).returncode


@pytest.fixture
def daemon(start):
    if not may_mount():
        pytest.skip("mounting a small file system needs root")
    made = start(CONFIG, files={"write.py": WRITER}, wrapper=WRAPPER)
    made.wait_all("RUNNING")
    return made


class Disk:
    """The small file system, as the daemon sees it."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.log = f"/proc/{daemon.pid}/root{daemon.dir}/small/writer.out"
        self.written = 0

    def write(self, size):
        """The child writes so much; returns when the data plane has taken it all."""
        lines = self.daemon.read("written").count("\n")
        self.daemon.rpc.supervisor.sendProcessStdin("writer", f"{size}\n")
        eventually(lambda: self.daemon.read("written").count("\n") > lines, "the child to have written")
        self.written += size

    def size(self):
        with open(self.log, "rb") as log:
            return log.seek(0, 2)

    def truncate(self):
        with open(self.log, "r+b") as log:
            log.truncate(0)


def dropped(daemon):
    return sum(int(n) for n in re.findall(r"(\d+) bytes of output were dropped since \d{4}-", daemon.log()))


def test_every_byte_is_in_the_log_or_counted_and_logging_resumes(daemon):
    disk = Disk(daemon)
    disk.write(3 * CAPACITY)
    line = daemon.wait_log(re.compile(r"^could not write .*/small/writer.out: No space left on device"))
    assert line.level == "WARN"
    # Nobody else is the worse for it.
    daemon.rpc.supervisor.sendProcessStdin("healthy", "still here\n")
    daemon.wait_file("healthy.out", "still here\n")
    assert daemon.info("writer")["statename"] == daemon.info("healthy")["statename"] == "RUNNING"

    disk.write(CAPACITY)
    eventually(lambda: disk.size() == CAPACITY, "a full disk")
    disk.truncate()
    disk.write(1000)
    daemon.wait_log("works again")
    daemon.rpc.supervisor.stopProcess("writer")
    assert dropped(daemon) + CAPACITY + disk.size() == disk.written
    assert daemon.count_log("^could not write") == 1


def test_a_disk_that_flips_between_full_and_not_full_is_not_reported_each_time(daemon):
    disk = Disk(daemon)
    kept = 0
    for _ in range(10):
        disk.write(2 * CAPACITY)
        eventually(lambda: disk.size() == CAPACITY, "a full disk")
        kept += disk.size()
        disk.truncate()
    disk.write(10)
    daemon.rpc.supervisor.stopProcess("writer")
    kept += disk.size()
    # The log is closed, with a last line about what was lost, behind the exit.
    eventually(lambda: dropped(daemon) + kept == disk.written, "the sum of what was lost")
    assert daemon.count_log("^could not write") == 1 and daemon.count_log("works again") == 1


def test_a_stop_with_a_full_disk_is_a_usual_stop(daemon):
    disk = Disk(daemon)
    disk.write(2 * CAPACITY)
    daemon.wait_log("could not write")
    daemon.send(signal.SIGTERM)
    assert daemon.wait_exit() == 0
    assert dropped(daemon) == CAPACITY


def test_the_main_log_itself_tells_what_is_missing_in_it(start):
    """The copy on stdout has every line, also those about the trouble."""
    if not may_mount():
        pytest.skip("mounting a small file system needs root")
    made = start(
        "[program:short]\ncommand=/bin/true\nautostart=false\nstartsecs=0\nautorestart=false\n"
        "stdout_logfile=NONE\nstderr_logfile=NONE\n",
        supervisord={"logfile": "%(here)s/small/main.log", "logfile_maxbytes": "0"},
        wrapper=WRAPPER,
    )
    small = pathlib.Path(f"/proc/{made.pid}/root{made.dir}/small")
    made.logfile = small / "main.log"
    with open(small / "filler", "wb", buffering=0) as filler, pytest.raises(OSError):
        while True:
            filler.write(bytes(4096))

    def run_programs():
        for _ in range(100):
            made.rpc.supervisor.startProcess("short")
            made.wait_state("short", "EXITED")

    run_programs()
    eventually(lambda: "could not write" in made.stderr(), "the trouble on stderr")
    run_programs()
    (small / "filler").unlink()
    run_programs()
    line = made.wait_log(re.compile(r"^writing .*/small/main.log works again; \d+ bytes of output were dropped since \d{4}-"))
    assert line.level == "WARN" and made.wait_log("could not write").level == "WARN"
    log = made.logfile.read_bytes()  # before the file system goes, with the daemon
    missing = made.dir.joinpath("stdout").read_bytes()
    assert dropped(made) == len(missing) - len(log)
    at = log.index(b"WARN writing ")
    assert missing.endswith(log[log.index(b"\n", at) :])

"""What the benchmarks want from a supervisor: the interface of all peers.

A peer starts a fleet of children as one main process, lists it, stops it, and says which processes
are its own. It never measures: that is fleet_run.py.
"""

import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass

from harness import machine


@dataclass
class Rotation:
    """When logs get new names, and how many of them are kept."""

    at: int  # bytes; 0: never
    backups: int


@dataclass
class Fleet:
    """What a peer is to supervise."""

    children: int
    streams: int  # 2: stdout and stderr with a log each; 1: both in one pipe and log
    directory: str  # for configuration and socket; a fresh one for each run
    logs: str
    one_group: bool  # all programs in one group; else each is its own, as if no group was written
    sleeper: str
    stamps: str
    rotation: Rotation | None = None  # none: the peer's default

    def logged_bytes(self, child):
        """How much of the child's output is in its log, rotated files included."""
        return os.stat(self.stdout_log(child)).st_size

    def stdout_log(self, child):
        return os.path.join(self.logs, f"{child}.out")

    def stderr_log(self, child):
        return os.path.join(self.logs, f"{child}.err")

    def empty_logs(self):
        """Makes every log an empty file, so that making files is no part of starting a fleet."""
        os.makedirs(self.logs, exist_ok=True)
        for child in range(self.children):
            open(self.stdout_log(child), "wb").close()
            if self.streams == 2:
                open(self.stderr_log(child), "wb").close()


class Peer:
    """One supervisor. Subclasses fill in the rest."""

    name = ""
    product = ""  # what version() is about; peers that run the same program share it
    keeps_logs = True  # moves its children's output itself
    can_list = False
    rotates = False  # its logs, by size
    slow = False  # takes long for many children: run once there, not repeatedly
    stopped_code = 0  # what the main process exits with after stop()
    one_process = True  # the main process does all the work
    outlived = False  # the main process exits before its children, by design

    def missing(self):
        """Why the peer cannot run here; empty if it can."""
        raise NotImplementedError

    def version(self):
        """Only asked for if product is set."""
        raise NotImplementedError

    def descriptors(self, children, streams):
        """How many descriptors the busiest process of the peer needs."""
        raise NotImplementedError

    def processes(self, children):
        """How many processes a fleet is, with the children themselves."""
        return children + 1

    def command(self, fleet):
        """Writes what the peer needs below fleet.directory; returns the words to execute."""
        raise NotImplementedError

    def environment(self, fleet):
        """The environment to run in; none: our own."""
        return None

    def start(self, fleet):
        """Starts the fleet; returns the main process (subprocess.Popen)."""
        words = self.command(fleet)
        return machine.start_quietly(words, fleet.directory, self.environment(fleet))

    def pids(self, main):
        """The processes whose CPU time and memory count."""
        return [main.pid]

    def list(self, fleet, timeout):
        """A Listing of the fleet; only asked for if can_list. Raises OSError."""
        raise NotImplementedError

    def stop(self, main):
        """Asks the peer to end all children and itself."""
        main.send_signal(signal.SIGTERM)

    def tidy(self, fleet):
        """Removes what the peer has made outside of fleet.directory; all its processes have ended."""


@dataclass
class Listing:
    """A list of the fleet: how many run, and when the answer was complete."""

    running: int
    began_ns: int
    ended_ns: int

    @property
    def seconds(self):
        return (self.ended_ns - self.began_ns) / 1e9


def list_by_command(words, pattern, timeout, environment=None):
    """A Listing by a command of the peer's own; each match of the pattern is a running child."""
    began_ns = time.monotonic_ns()
    try:
        done = subprocess.run(
            words, capture_output=True, timeout=timeout, check=False, env=environment
        )
    except subprocess.TimeoutExpired as late:
        raise OSError(str(late)) from late
    return Listing(len(re.findall(pattern, done.stdout)), began_ns, time.monotonic_ns())

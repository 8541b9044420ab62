"""Lines of quiet children: how long each takes from its write to its log file, whatever others do.

1,000 children write a line now and then; beside them nothing, 10 children with 50,000 lines a second, or
one that floods. An observer is told by inotify when a file grows (bench/line_probe.cpp).
"""

import mmap
import os
import shutil
import signal
import struct
import subprocess

from harness import machine, peers
from harness.fleet_run import Broken, must_run
from harness.options import add_peers_option, at_least
from harness.peers.peer import Fleet, Rotation
from harness.program import in_turns
from harness.results import Measure
from harness.sizes import plan_sizes
from harness.stamps import wait_until

MEASURES = [Measure("line_ms", "from write to file", "ms", 3, percentiles=(50, 99, 100), chart=True)]
HEADER = struct.Struct("=QQQQQQQ208s")
PAUSE_NS = 1_000_000_000
LINES_PER_SECOND = 50_000
ROTATION = Rotation(at=10 << 20, backups=2)
PATIENCE = 300


def add_options(add):
    add_peers_option(add)
    add("--quiet", type=at_least(1), default=1000, help="quiet children (default %(default)s)")
    add("--lines", type=at_least(1), default=10, help="of each, one a second on average (default %(default)s)")


def quick(given):
    given.quiet, given.lines = min(given.quiet, 100), 1


class Page:
    """What the children share with the benchmark; see bench/line_probe.cpp."""

    def __init__(self, path, children, loud, pace_ns, lines, logs):
        self.path, self.children, self.quiet, self.lines = path, children, children - loud, lines
        size = HEADER.size + 8 * (children + self.quiet * lines)
        with open(path, "w+b") as file:
            file.truncate(size)
            self._map = mmap.mmap(file.fileno(), size)
        HEADER.pack_into(self._map, 0, 0, 0, children, loud, pace_ns, lines, PAUSE_NS, logs.encode())

    def ready(self):
        """All children, and the observer."""
        return HEADER.unpack_from(self._map)[0] > self.children

    def finished(self):
        return HEADER.unpack_from(self._map)[1] >= self.quiet * self.lines

    def pids(self):
        return struct.unpack_from(f"={self.children}Q", self._map, HEADER.size)

    def milliseconds(self):
        count = self.quiet * self.lines
        times = struct.unpack_from(f"={count}Q", self._map, HEADER.size + 8 * self.children)
        return [time / 1e6 for time in times]

    def close(self):
        self._map.close()
        os.unlink(self.path)


def run_once(bench, peer, loud, pace_ns):
    given = bench.given
    fleet = Fleet(
        children=given.quiet + loud, streams=1, directory=os.path.join(bench.work, "run"),
        logs=os.path.join(bench.work, "logs"), one_group=False, sleeper=bench.program("bench_line_probe"),
        stamps=os.path.join(bench.work, "page"), rotation=ROTATION,
    )  # fmt: skip
    os.makedirs(fleet.directory)
    fleet.empty_logs()
    page = Page(fleet.stamps, fleet.children, loud, pace_ns, given.lines, fleet.logs)
    observer = subprocess.Popen([fleet.sleeper, fleet.stamps, "watch"])
    try:
        main = peer.start(fleet)

        def unless_ended(condition):
            must_run(main, fleet.directory, "lines")
            if observer.poll() is not None:
                raise Broken(f"the observer ended with {observer.returncode}")
            return condition()

        wait_until(lambda: unless_ended(page.ready), PATIENCE, "start")
        for pid in page.pids():
            os.kill(pid, signal.SIGUSR1)
        wait_until(lambda: unless_ended(page.finished), PATIENCE, "all lines in their files", 0.05)
        return {"line_ms": page.milliseconds()}
    finally:
        machine.end_all_children()
        page.close()
        shutil.rmtree(fleet.directory)
        shutil.rmtree(fleet.logs)


def measure(bench):
    given = bench.given
    floor = peers.floor(bench, with_streams=True, move="copy")
    chosen = bench.choose([floor, *peers.ringmasters(bench), peers.Supervisor()])
    writers = 10
    [children] = plan_sizes(bench, chosen, [given.quiet + writers], 1)
    given.quiet = children - writers
    pace_ns = writers * 1_000_000_000 // LINES_PER_SECOND
    loads = [("nothing else", 0, 0), (f"50,000 lines a second from {writers} others", writers, pace_ns),
             ("one child that floods", 1, 0)]  # fmt: skip
    for words, loud, pace in loads:
        for turn, peer in in_turns(chosen, given.repeat):
            if peer.slow and turn > 0:
                continue
            bench.attempt(f"{given.quiet:,} quiet children, {words}", peer.name,
                          lambda: run_once(bench, peer, loud, pace))  # fmt: skip

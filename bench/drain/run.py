"""Drain: what it costs to move children's output into their logs, flooding or by short lines.

Ringmaster and Supervisor run as whole daemons, svlogd and s6-log as a process for each writer, and
the floors are bare loops of splice, and of read and write.
"""

import glob
import os
import shutil
from dataclasses import dataclass

from harness import machine, peers
from harness.fleet_run import Plan, Run, prepared
from harness.peers.loggers import PipedLogger, S6Log, Svlogd
from harness.peers.peer import Fleet
from harness.program import add_peers_option, in_turns, numbers_of
from harness.results import Measure

MEASURES = [
    Measure("drain_mb_per_s", "throughput", "MB/s", 0, more_is_better=True, chart=True),
    Measure("drain_cpu_s_per_gb", "CPU", "s per GB", 2, chart=True),
    Measure("cpu_percent", "CPU", "% of a core", 1, chart=True),
    Measure("drain_s", "until all bytes are in the logs", "s", 3),
]
LINES_PER_SECOND = 50_000
LINE = 100


@dataclass
class Workload:
    """What the writers of one run do. One of them writes total / writers bytes."""

    words: str
    total: int
    piece: int
    per_second: int = 0  # pieces of all writers; 0: as fast as the pipes take them
    options: str = "stdout_logfile_maxbytes=0\n"
    every_peer: bool = True  # floors and plain loggers too

    def pace_ns(self, writers):
        return writers * 1_000_000_000 // self.per_second if self.per_second else 0


def workloads(given):
    rotating = "stdout_logfile_maxbytes=10MB\nstdout_logfile_backups=100\n"
    flood = given.megabytes * 1_000_000
    lines = LINES_PER_SECOND * LINE * given.seconds
    return {
        "flood": Workload("flood, pieces of 16 KiB", flood, 16384),
        "small": Workload("flood, pieces of 8 KiB", flood, 8192),
        "rotate": Workload("flood, pieces of 16 KiB, rotated at 10 MB", flood, 16384, 0, rotating, False),
        "lines": Workload("50,000 lines of 100 bytes a second", lines, LINE, LINES_PER_SECOND),
    }


def add_options(add):
    add_peers_option(add)
    add("--writers", type=numbers_of, default=[1, 10, 100, 1000],
        help="numbers of writers (default 1,10,100,1000)")  # fmt: skip
    add("--workload", default="flood,rotate,lines", help="of flood, small, rotate, lines (default %(default)s)")
    add("--megabytes", type=int, default=256, help="of a flood (default %(default)s)")
    add("--seconds", type=int, default=2, help="of paced lines (default %(default)s)")


def quick(given):
    given.writers, given.megabytes, given.seconds = [10], min(given.megabytes, 50), 1


class RotatedFleet(Fleet):
    def logged_bytes(self, child):
        rotated = glob.glob(f"{self.stdout_log(child)}.[0-9]*")
        try:
            return sum(os.stat(path).st_size for path in [self.stdout_log(child), *rotated])
        except FileNotFoundError:
            return 0  # between two renames, or not yet made


def all_peers(bench):
    return [
        peers.floor(bench, with_streams=True, move="copy", name="floor"),
        peers.floor(bench, with_streams=True, move="splice", name="floor, splice"),
        *peers.ringmasters(bench),
        peers.Supervisor(),
        Svlogd(),
        S6Log(),
    ]


def run_once(bench, peer, job, writers):
    fleet = RotatedFleet(
        children=writers,
        streams=1,
        directory=os.path.join(bench.work, "run"),
        logs=os.path.join(bench.work, "logs"),
        one_group=False,
        sleeper=bench.program("bench_sleeper"),
        stamps=os.path.join(bench.work, "stamps"),
        log_options=job.options,
    )
    fleet.empty_logs()
    burst = job.total // writers // job.piece * job.piece
    try:
        with prepared(peer, fleet, writers + 100, burst, job.piece, job.pace_ns(writers)) as stamps:
            run = Run(peer, fleet, Plan(0, burst, 0, 0), stamps)
            run.start()
            run.drain()
            return numbers_of_run(run.numbers, job)
    finally:
        shutil.rmtree(fleet.logs)


def numbers_of_run(found, job):
    """A flood is measured by its throughput; where the pace is given, only the cost counts."""
    if not job.per_second:
        return {key: found[key] for key in ("drain_mb_per_s", "drain_cpu_s_per_gb", "drain_s")}
    cpu_seconds = found["drain_cpu_s_per_gb"] * job.total / 1e9
    return {"cpu_percent": 100 * cpu_seconds / found["drain_s"]}


def measure(bench):
    machine.raise_descriptor_limit(20_000)
    chosen = bench.choose(all_peers(bench))
    wanted = bench.given.workload.split(",")
    for name, job in workloads(bench.given).items():
        if name not in wanted:
            continue
        for writers in bench.given.writers:
            for _, peer in in_turns(chosen, bench.given.repeat):
                # A logger is a process for each writer: nobody runs a thousand.
                crowded = isinstance(peer, PipedLogger) and writers > 100
                if not crowded and (job.every_peer or peer.can_list):
                    bench.attempt(f"{job.words}, {writers:,} writer{'s' * (writers > 1)}", peer.name,
                                  lambda: run_once(bench, peer, job, writers))  # fmt: skip

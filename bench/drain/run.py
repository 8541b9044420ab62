"""Drain: what it costs to move children's output into their logs, flooding or by short lines.

Ringmaster and Supervisor run as whole daemons, svlogd and s6-log as a process for each writer. There
are two floors, bare loops of splice, and of read and write; "floor" is the better of them in each turn
and number.
"""

import os
import shutil
from dataclasses import dataclass

from harness import peers
from harness.fleet_run import Broken, Plan, Run, prepared
from harness.options import add_peers_option, at_least, numbers_of, some_of
from harness.peers.loggers import PipedLogger, S6Log, Svlogd
from harness.peers.peer import Fleet, Rotation
from harness.program import in_turns
from harness.refused import Refused
from harness.results import Measure
from harness.sizes import need_room, plan_sizes

MEASURES = [
    Measure("drain_mb_per_s", "throughput", "MB/s", 0, more_is_better=True, chart=True),
    Measure("drain_cpu_s_per_gb", "CPU", "s per GB", 2, chart=True),
    Measure("cpu_percent", "CPU", "% of a core", 1, chart=True),
    Measure("drain_s", "until all bytes are in the logs", "s", 3),
]
LINES_PER_SECOND = 50_000
LINE = 100
WORKLOADS = ["flood", "small", "rotate", "lines"]
FLOOR = "floor"
ROTATE_AT = 10_000_000
MANY_WRITERS = 1000  # then slow peers run once: starting them takes longer than all else


@dataclass
class Workload:
    """What the writers of one run do. One of them writes total / writers bytes."""

    words: str
    total: int
    piece: int
    per_second: int = 0  # pieces of all writers; 0: as fast as the pipes take them
    rotated: bool = False
    loggers: bool = True  # are peers

    def pace_ns(self, writers):
        return writers * 1_000_000_000 // self.per_second if self.per_second else 0


def workloads(given):
    flood = given.megabytes * 1_000_000
    lines = LINES_PER_SECOND * LINE * given.seconds
    return {
        "flood": Workload("flood, pieces of 16 KiB", flood, 16384),
        "small": Workload("flood, pieces of 8 KiB", flood, 8192, loggers=False),
        "rotate": Workload("flood, pieces of 16 KiB, rotated at 10 MB", flood, 16384, rotated=True, loggers=False),
        "lines": Workload("50,000 lines of 100 bytes a second", lines, LINE, LINES_PER_SECOND),
    }


def add_options(add):
    add_peers_option(add)
    add("--writers", type=numbers_of, default=[1, 10, 100, 1000],
        help="numbers of writers (default 1,10,100,1000)")  # fmt: skip
    add("--workload", type=some_of(WORKLOADS), default=",".join(WORKLOADS), help="of these (default %(default)s)")
    add("--megabytes", type=at_least(1), default=256, help="of a flood (default %(default)s)")
    add("--seconds", type=at_least(1), default=2, help="of paced lines (default %(default)s)")


def quick(given):
    given.writers, given.megabytes, given.seconds = [10], min(given.megabytes, 50), 1


class RotatedFleet(Fleet):
    """Logs on their way to the size at which they are rotated, each as far as chance would have it.

    So there is a rotation for each ROTATE_AT bytes, however many share them. The bytes of before are
    a hole and take no room on the disk.
    """

    def empty_logs(self):
        super().empty_logs()
        for child in range(self.children):
            os.truncate(self.stdout_log(child), self._before(child))

    def _before(self, child):
        return ROTATE_AT * (child + 1) // (self.children + 1)

    def logged_bytes(self, child):
        """Each file counts once, also if it gets its next name meanwhile."""
        found, path, number = {}, self.stdout_log(child), 0
        try:
            while True:
                info = os.stat(path)
                found[info.st_ino] = info.st_size
                number += 1
                path = f"{self.stdout_log(child)}.{number}"
        except FileNotFoundError:
            return max(0, sum(found.values()) - self._before(child))


def all_peers(bench):
    return [
        peers.floor(bench, with_streams=True, move="copy", name=f"{FLOOR}, read and write"),
        peers.floor(bench, with_streams=True, move="splice", name=f"{FLOOR}, splice"),
        *peers.ringmasters(bench),
        peers.Supervisor(),
        Svlogd(),
        S6Log(),
    ]


def rotation(rotated, log_bytes):
    """No backup is removed: its bytes are counted."""
    return Rotation(ROTATE_AT, max(10, log_bytes // ROTATE_AT + 2)) if rotated else Rotation(0, 10)


def run_once(bench, peer, job, writers):
    rotated = job.rotated and peer.rotates
    fleet = (RotatedFleet if rotated else Fleet)(
        children=writers,
        streams=1,
        directory=os.path.join(bench.work, "run"),
        logs=os.path.join(bench.work, "logs"),
        one_group=False,
        sleeper=bench.program("bench_sleeper"),
        stamps=os.path.join(bench.work, "stamps"),
        rotation=rotation(rotated, job.total // writers),
    )
    fleet.empty_logs()
    burst = job.total // writers // job.piece * job.piece
    try:
        with prepared(peer, fleet, writers + 100, burst, job.piece, job.pace_ns(writers)) as stamps:
            run = Run(peer, fleet, Plan(0, burst, 0, 0), stamps)
            run.start()
            run.drain()
            return numbers_of_run(run.numbers, job, any_pace=bench.given.quick)
    finally:
        shutil.rmtree(fleet.logs)


def numbers_of_run(found, job, any_pace=False):
    """A flood is measured by its throughput; where the pace is given, only the cost counts.

    `any_pace`: nobody is going to believe the numbers anyway, so a busy machine is no failure.
    """
    if not job.per_second:
        return {key: found[key] for key in ("drain_mb_per_s", "drain_cpu_s_per_gb", "drain_s")}
    nominal = job.total / LINE / LINES_PER_SECOND
    if found["drain_s"] > 1.25 * nominal and not any_pace:
        raise Broken(f"{found['drain_s']:.1f} s for the lines of {nominal:.0f} s: the pace was not kept")
    cpu_seconds = found["drain_cpu_s_per_gb"] * job.total / 1e9
    return {"cpu_percent": 100 * cpu_seconds / found["drain_s"]}


def takes_part(peer, job, writers, turn):
    if job.per_second and writers == 1:
        return False  # nobody sleeps for 20 µs: one writer alone cannot keep that pace evenly
    if isinstance(peer, PipedLogger):
        # A process for each writer: nobody runs a thousand.
        return writers <= 100 and turn == 0 and job.loggers
    return turn == 0 or not peer.slow or writers < MANY_WRITERS


def add_best_floor(bench, case):
    """The floor of each turn: for each number the better of the two ways."""
    of_case = [sample for sample in bench.samples if sample["case"] == case]
    ways = {}
    for sample in of_case:
        if sample["peer"].startswith(FLOOR) and "numbers" in sample:
            ways.setdefault(sample["peer"], []).append(sample["numbers"])
    more = {measure.key for measure in MEASURES if measure.more_is_better}
    place = len(bench.samples) - len(of_case)  # the first column
    for turn in zip(*ways.values()):
        best = {key: (max if key in more else min)(way[key] for way in turn) for key in turn[0]}
        bench.samples.insert(place, {"case": case, "peer": FLOOR, "numbers": best})


def chosen_workloads(given):
    """Those that were asked for; Refused if a writer would have nothing to write."""
    jobs = [job for name, job in workloads(given).items() if name in given.workload]
    most = max(given.writers)
    for job in jobs:
        if job.total // most < job.piece:
            raise Refused(f"{job.words}: {job.total:,} bytes are less than a piece of {job.piece:,} for each of "
                          f"{most:,} writers; --megabytes and --seconds make it more")  # fmt: skip
    return jobs


def measure(bench):
    jobs = chosen_workloads(bench.given)
    chosen = bench.choose(all_peers(bench))
    sizes = plan_sizes(bench, chosen, bench.given.writers, 1)
    need_room(bench.given.directory, max(sizes), max(job.total for job in jobs))  # each run removes its logs
    for job in jobs:
        for writers in sizes:
            case = f"{job.words}, {writers:,} writer{'s' * (writers > 1)}"
            for turn, peer in in_turns(chosen, bench.given.repeat):
                if takes_part(peer, job, writers, turn):
                    bench.attempt(case, peer.name, lambda: run_once(bench, peer, job, writers))
            add_best_floor(bench, case)

#!/usr/bin/python3
"""Drain benchmark: what it costs to move children's output into their logs.

Usually called by `./dev bench drain`. Compares ringmasterd (both engines) and Debian's supervisord
as whole daemons, svlogd and s6-log where installed, and two floors: bare loops of splice, and of
read and write. Prints a Markdown table for each workload and writes all numbers as JSON.
docs/performance.md explains them.
"""

import argparse
import glob
import json
import os
import shutil
import signal
import statistics
import sys
import tempfile
from dataclasses import dataclass

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "bench", "fleet"))

import machine  # noqa: E402
import report  # noqa: E402
from loggers import PipedLogger, S6Log, Svlogd  # noqa: E402
from peers import Fleet, Floor, Ringmaster, Supervisor  # noqa: E402
from scenario import Broken, Plan, Run  # noqa: E402
from stamps import Stamps, TimedOut  # noqa: E402

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


def workloads(megabytes, seconds):
    rotating = "stdout_logfile_maxbytes=10MB\nstdout_logfile_backups=100\n"
    flood = megabytes * 1_000_000
    lines = LINES_PER_SECOND * LINE * seconds
    return {
        "flood": Workload("flood, pieces of 16 KiB", flood, 16384),
        "small": Workload("flood, pieces of 8 KiB", flood, 8192),
        "rotate": Workload("flood, pieces of 16 KiB, rotated at 10 MB", flood, 16384, 0, rotating, False),
        "lines": Workload("50,000 lines of 100 bytes a second", lines, LINE, LINES_PER_SECOND),
    }


class DrainFleet(Fleet):
    def logged_bytes(self, child):
        rotated = glob.glob(f"{self.stdout_log(child)}.[0-9]*")
        try:
            return sum(os.stat(path).st_size for path in [self.stdout_log(child), *rotated])
        except FileNotFoundError:
            return 0  # between two renames, or not yet made


def all_peers(bin_directory):
    floor = os.path.join(bin_directory, "bench_floor")
    ringmaster = os.path.join(bin_directory, "ringmasterd")
    return [
        Floor(floor, with_streams=True, move="splice", name="floor, splice"),
        Floor(floor, with_streams=True, move="copy", name="floor, read and write"),
        Ringmaster(ringmaster, "uring", "io_uring"),
        Ringmaster(ringmaster, "epoll", "epoll"),
        Supervisor(),
        Svlogd(),
        S6Log(),
    ]


def run_once(peer, job, writers, work, sleeper):
    fleet = DrainFleet(
        children=writers,
        streams=1,
        directory=os.path.join(work, "run"),
        logs=os.path.join(work, "logs"),
        one_group=False,
        sleeper=sleeper,
        stamps=os.path.join(work, "stamps"),
        log_options=job.options,
    )
    os.makedirs(fleet.directory)
    fleet.empty_logs()
    burst = job.total // writers // job.piece * job.piece
    stamps = Stamps(fleet.stamps, writers + 100, burst, job.piece, job.pace_ns(writers))
    run = None
    try:
        run = Run(peer, fleet, Plan(0, burst, 0, 0), stamps)
        run.start()
        run.drain()
        return {key: run.numbers[key] for key in ("drain_s", "drain_mb_per_s", "drain_cpu_s_per_gb")}
    except (Broken, TimedOut, OSError) as problem:
        return {"error": str(problem)}
    finally:
        machine.end_all_children()
        stamps.close()
        shutil.rmtree(fleet.directory)
        shutil.rmtree(fleet.logs)


def schedule(given, peers):
    """The order of the runs: peers take turns, so that a slow minute of the machine hits all."""
    for name, job in workloads(given.megabytes, given.seconds).items():
        if given.workload and name not in given.workload.split(","):
            continue
        for writers in map(int, given.writers.split(",")):
            for _ in range(given.repeat):
                for peer in peers:
                    # A logger is a process for each writer: nobody runs a thousand.
                    crowded = isinstance(peer, PipedLogger) and writers > 100
                    if not crowded and (job.every_peer or peer.can_list):
                        yield name, job, writers, peer


def measure(given):
    binaries = os.path.join(os.path.abspath(given.build), "bin")
    sleeper = os.path.join(binaries, "bench_sleeper")
    words = given.peers.lower().split(",") if given.peers else [""]
    peers = [peer for peer in all_peers(binaries) if any(word in peer.name.lower() for word in words)]
    left_out = [peer for peer in peers if peer.missing()]
    peers = [peer for peer in peers if not peer.missing()]
    machine.raise_descriptor_limit(20_000)
    runs = []
    with tempfile.TemporaryDirectory(prefix="drain-", dir=given.directory) as work:
        for name, job, writers, peer in schedule(given, peers):
            numbers = run_once(peer, job, writers, work, sleeper)
            say(f"{job.words}, {writers} writers, {peer.name}: {numbers.get('error', 'ok')}")
            runs.append({"workload": name, "words": job.words, "writers": writers,
                         "peer": peer.name, "numbers": numbers})
    return {
        "machine": machine.describe(given.directory),
        "versions": {peer.product: peer.version() for peer in peers if peer.product},
        "command": report.command_line("drain"),
        "notes": [f"Left out: {peer.name} ({peer.missing()})." for peer in left_out],
        "runs": runs,
    }


def medians(runs, measure_name):
    """{(words, writers): {peer: median}}, of the runs that worked."""
    found = {}
    for run in runs:
        if "error" in run["numbers"]:
            continue
        cell = found.setdefault((run["words"], run["writers"]), {})
        cell.setdefault(run["peer"], []).append(run["numbers"][measure_name])
    return {key: {peer: statistics.median(all_) for peer, all_ in cell.items()}
            for key, cell in found.items()}


def markdown(result):
    lines = report.machine_lines(result) + [f"* {note}" for note in result["notes"]]
    lines += [f"* failed: {run['words']}, {run['writers']} writers, {run['peer']}: "
              f"{run['numbers']['error']}" for run in result["runs"] if "error" in run["numbers"]]
    rates = medians(result["runs"], "drain_mb_per_s")
    costs = medians(result["runs"], "drain_cpu_s_per_gb")
    for words in dict.fromkeys(run["words"] for run in result["runs"]):
        lines += ["", f"### {words}", ""]
        keys = [key for key in rates if key[0] == words]
        head = [""] + [f"{writers:,} writers" for _, writers in keys]
        rows = []
        for peer in dict.fromkeys(peer for key in keys for peer in rates[key]):
            rows.append([peer] + [cell(rates[key], costs[key], peer) for key in keys])
        lines += report.table(head, rows)
    return "\n".join(lines) + "\n"


def cell(rates, costs, peer):
    """MB/s and CPU seconds per GB, each with its ratio to the best floor."""
    if peer not in rates:
        return "–"
    floors = [name for name in rates if name.startswith("floor")]
    text = f"{rates[peer]:,.0f} MB/s, {costs[peer]:.2f} s/GB"
    if floors and not peer.startswith("floor"):
        best_rate = max(rates[name] for name in floors)
        best_cost = min(costs[name] for name in floors)
        text += f" ({rates[peer] / best_rate:.2f}, {costs[peer] / best_cost:.2f})"
    return text


def say(text):
    print(text, file=sys.stderr, flush=True)


def parse_arguments():
    build = os.environ.get("RINGMASTER_BUILD", os.path.join(ROOT, "build", "release"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--writers", default="1,10,100,1000", help="numbers of writers (default %(default)s)")
    add("--workload", help="only these of flood, small, rotate, lines; comma-separated")
    add("--peers", help="only peers whose name contains one of these words, comma-separated")
    add("--repeat", type=int, default=3, help="runs of each peer (default %(default)s)")
    add("--megabytes", type=int, default=768, help="of a flood (default %(default)s)")
    add("--seconds", type=int, default=3, help="of paced lines (default %(default)s)")
    add("--quick", action="store_true", help="one run of little: does everything work?")
    add("--build", default=build, help="build directory (default: $RINGMASTER_BUILD or build/release)")
    add("--directory", default=tempfile.gettempdir(), help="where the logs are written")
    add("--write-docs", action="store_true", help="put the tables into docs/performance.md")
    add("--json", help="file for all numbers (default: bench-drain.json in the build directory)")
    given = parser.parse_args()
    if given.quick:
        given.writers, given.repeat, given.megabytes, given.seconds = "10", 1, 100, 1
    return given


def main():
    given = parse_arguments()
    machine.adopt_orphans()
    for signo in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signo, signal.default_int_handler)  # however we are ended, children go first
    result = measure(given)
    with open(given.json or os.path.join(given.build, "bench-drain.json"), "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)
    text = markdown(result)
    print(text, end="")
    if given.write_docs:
        report.write_into(os.path.join(ROOT, "docs", "performance.md"), "drain", text)
    return 1 if any("error" in run["numbers"] for run in result["runs"]) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        say("interrupted; all children are ended")
        sys.exit(130)

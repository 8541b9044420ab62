"""Whole fleets: start, list, idle, restart after SIGKILL, drain, stop; all peers beside a floor.

docs/performance.md says what each number means.
"""

import os
import shutil

from harness import machine, peers
from harness.fleet_run import Plan, Run
from harness.peers.peer import Fleet
from harness.program import add_peers_option, in_turns, numbers_of
from harness.results import Measure
from harness.stamps import Stamps

MEASURES = [
    Measure("start_s", "start: last child up", "s", 3, chart=True),
    Measure("running_s", "start: all RUNNING in the list", "s", 3),
    Measure("list_s", "list all, by the API or the peer's client", "s", 4, chart=True),
    Measure("restart_ms", "restart after SIGKILL", "ms", 2, percentiles=(50, 90, 99), chart=True),
    Measure("drain_s", "drain: all bytes in the logs", "s", 3),
    Measure("drain_mb_per_s", "drain", "MB/s", 0, more_is_better=True),
    Measure("stop_s", "stop all and exit", "s", 3, chart=True),
    Measure("start_cpu_s", "CPU of start", "s", 3),
    Measure("list_cpu_s", "CPU of list", "s", 4),
    Measure("idle_cpu_ms_per_s", "CPU when idle", "ms per s", 2),
    Measure("idle_wakeups_per_s", "wake-ups when idle", "per s", 2),
    Measure("idle_preemptions_per_s", "preemptions when idle", "per s", 2),
    Measure("restart_cpu_ms", "CPU per restart", "ms", 2),
    Measure("drain_cpu_s_per_gb", "CPU of drain", "s per GB", 2),
    Measure("stop_cpu_s", "CPU of stop", "s", 3),
    Measure("start_pss_kib_per_child", "PSS per child after start", "KiB", 2, chart=True),
    Measure("drain_pss_kib_per_child", "PSS per child after drain", "KiB", 2),
    Measure("descriptors_per_child", "open descriptors per child", "number", 1),
]
SLOW_FROM = 100  # from so many children on, a slow peer runs --repeat-slow times
UP_TO = {"Supervisor": 5000, "circus": 1000, "pm2": 1000}  # beyond, it takes a quarter of an hour


def add_options(add):
    add_peers_option(add)
    add("--children", type=numbers_of, default=[100, 1000, 5000, 10000],
        help="fleet sizes (default 100,1000,5000,10000)")  # fmt: skip
    add("--repeat-slow", type=int, default=1, help="runs of slow peers with 100 children or more (default %(default)s)")
    add("--kills", type=int, default=50, help="children killed in a run (default %(default)s)")
    add("--burst", type=int, default=65536, help="bytes each child writes (default %(default)s)")
    add("--idle", type=float, default=1.0, help="seconds of idling (default %(default)s)")
    add("--streams", type=int, choices=(1, 2), help="pipes and logs of a child (default: 2, or 1 "
        "where the descriptor limit leaves no choice)")  # fmt: skip
    add("--one-group", action="store_true", help="all programs in one group; Supervisor stops groups "
        "one after the other")  # fmt: skip
    add("--new-logs", action="store_true", help="remove the logs before each run: the start then "
        "includes making the files, which costs the same for all peers")  # fmt: skip


def quick(given):
    given.children, given.kills = [min(200, min(given.children))], min(given.kills, 20)


def fit(children, streams, chosen, limit):
    """The fleet that every peer can hold within the descriptor limit: (children, streams)."""

    def needed(count, pipes):
        return max(peer.descriptors(count, pipes) for peer in chosen)

    for pipes in [streams] if streams else [2, 1]:
        if needed(children, pipes) <= limit:
            return children, pipes
    pipes = streams or 1
    while needed(children, pipes) > limit:
        children -= 50 if children > 50 else 1
    return children, pipes


def plan_sizes(bench, chosen):
    """{children: streams}; says where the descriptor limit made the fleets smaller."""
    given = bench.given
    most = max(peer.descriptors(max(given.children), given.streams or 2) for peer in chosen)
    limit = machine.raise_descriptor_limit(most)
    sizes = {}
    for size in given.children:
        children, streams = fit(size, given.streams, chosen, limit)
        sizes[children] = streams
        if children != size:
            bench.note(f"{size:,} children do not fit into {limit:,} descriptors in every peer: "
                       f"{children:,} were used.")  # fmt: skip
        elif streams == 1 and not given.streams:
            bench.note(f"{size:,} children with two logs each do not fit into {limit:,} "
                       "descriptors in every peer: they got one.")  # fmt: skip
    return sizes


def those_for(bench, chosen, children):
    """The peers that can hold so many children in bearable time."""
    able, limit = [], machine.process_limit()
    for peer in chosen:
        if children > UP_TO.get(peer.name, children):
            bench.note(f"{children:,} children: without {peer.name}, which takes too long.")
        elif peer.processes(children) > limit:
            bench.note(f"{children:,} children: without {peer.name}, which takes "
                       f"{peer.processes(children):,} processes; {limit:,} are left.")  # fmt: skip
        else:
            able.append(peer)
    return able


def run_once(bench, peer, children, streams, turn):
    """Runs all steps; returns the numbers."""
    given = bench.given
    pages = "/dev/shm" if os.access("/dev/shm", os.W_OK) else bench.work
    fleet = Fleet(
        children=children,
        streams=streams,
        directory=os.path.join(bench.work, "run"),
        logs=os.path.join(bench.work, f"logs-{children}"),
        one_group=given.one_group,
        sleeper=bench.program("bench_sleeper"),
        stamps=os.path.join(pages, f"fleet-stamps-{os.getpid()}"),
    )
    os.makedirs(fleet.directory)
    if given.new_logs:
        shutil.rmtree(fleet.logs, ignore_errors=True)
        os.makedirs(fleet.logs)
    else:
        fleet.empty_logs()
    stamps = Stamps(fleet.stamps, children + 4 * given.kills + 1000, given.burst)
    try:
        run = Run(peer, fleet, Plan(given.kills, given.burst, given.idle, seed=turn), stamps)
        for step in (run.start, run.list_all, run.idle, run.kill_some, run.drain, run.stop):
            step()
        return run.numbers
    finally:
        machine.end_all_children()
        stamps.close()
        shutil.rmtree(fleet.directory)


def measure(bench):
    chosen = bench.choose(peers.everyone(bench))
    for children, streams in plan_sizes(bench, chosen).items():
        kind = "stdout and stderr, a log each" if streams == 2 else "stdout with stderr, one log"
        able = those_for(bench, chosen, children)
        for turn, peer in in_turns(able, bench.given.repeat):
            if peer.slow and children >= SLOW_FROM and turn >= bench.given.repeat_slow:
                continue
            bench.attempt(f"{children:,} children ({kind})", peer.name,
                          lambda: run_once(bench, peer, children, streams, turn))  # fmt: skip

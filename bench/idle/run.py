"""Idle fleets: what supervisors cost while nothing happens: CPU, wake-ups, context switches, memory.

All peers hold their fleets at the same time, started one after the other, each in a directory of its
own, and are measured over the same seconds; then the floors and ringmasterd with as many children as fit.
"""

import contextlib
import os
import shutil
import tempfile
import time

from harness import machine, peers
from harness.fleet_run import Broken, Plan, Run, prepared
from harness.options import add_peers_option, at_least, seconds
from harness.peers.peer import Fleet
from harness.program import FAILURES, say
from harness.refused import Refused
from harness.results import Measure
from harness.sizes import plan_sizes, those_for, words_for

MEASURES = [
    Measure("idle_cpu_ms_per_s", "CPU", "ms per s", 3, chart=True),
    Measure("idle_wakeups_per_s", "wake-ups", "per s", 2, chart=True),
    Measure("idle_preemptions_per_s", "preemptions", "per s", 2),
    Measure("start_pss_kib_per_child", "PSS per child", "KiB", 2, chart=True),
    Measure("descriptors_per_child", "open descriptors per child", "number", 1),
]
SETTLING_SECONDS = 2  # what a start leaves to be done is no part of idling


def add_options(add):
    add_peers_option(add)
    add("--children", type=at_least(1), default=1000, help="of each peer (default %(default)s)")
    add("--most", type=at_least(0), default=10_000, help="children of the floors and of ringmasterd in the "
        "second round, or as many as fit (default %(default)s; 0: no such round)")  # fmt: skip
    add("--seconds", type=seconds, default=30.0, help="of idling (default %(default)s)")


def quick(given):
    given.children, given.most = min(given.children, 100), min(given.most, 300)
    given.seconds = min(given.seconds, 2.0)


class Copies:
    """The programs under test, a copy for each peer: their pages are not shared, so PSS is as if alone."""

    def __init__(self, bench):
        self._bench = bench

    def program(self, name):
        return shutil.copy(self._bench.program(name), tempfile.mkdtemp(dir=self._bench.work))


def start(bench, held, peer, children, streams):
    """Starts one fleet, which lives until `held` is closed; returns its Run."""
    place = os.path.join(bench.work, peer.name.replace(" ", "-").replace(",", ""))
    fleet = Fleet(
        children=children,
        streams=streams,
        directory=place,
        logs=os.path.join(bench.work, "logs", os.path.basename(place)),
        one_group=False,
        sleeper=bench.program("bench_sleeper"),
        stamps=f"{place}-stamps",
    )
    fleet.empty_logs()
    stamps = held.enter_context(prepared(peer, fleet, children + 1000, 0))
    run = Run(peer, fleet, Plan(0, 0, bench.given.seconds, 0), stamps)
    try:
        run.start()
    except FAILURES:
        machine.end_tree(run.main.pid)  # the others are not to be disturbed
        raise
    return run


def finish(run):
    """The numbers of a fleet that was idle all the time."""
    run.end_idling()
    lives = run.stamps.lives()
    if len(lives) != run.fleet.children or not all(machine.is_alive(life.pid) for life in lives):
        raise Broken("a child died while the fleet was to be idle")
    return {measure.key: run.numbers[measure.key] for measure in MEASURES}


def hold_all(bench, chosen, children, streams):
    """One round: all fleets side by side."""
    case, runs = words_for(children, streams), []

    def attempt(peer, work):
        try:
            return work()
        except FAILURES as problem:
            bench.fail(case, peer.name, problem)
            return None

    with contextlib.ExitStack() as held:
        for peer in chosen:
            run = attempt(peer, lambda: start(bench, held, peer, children, streams))
            if run:
                say(f"{bench.name}: {case}, {peer.name}: started")
                runs.append(run)
        time.sleep(SETTLING_SECONDS)
        for run in runs:
            run.weigh()
        for run in runs:
            run.begin_idling()
        time.sleep(bench.given.seconds)
        for run in runs:
            numbers = attempt(run.peer, lambda: finish(run))
            if numbers:
                bench.add(case, run.peer.name, numbers)


def crowded(bench, chosen):
    """The largest fleets that the floors and ringmasterd can hold at the same time: (children, streams)."""
    [(children, streams)] = plan_sizes(bench, chosen, [bench.given.most], 1).items()
    room = machine.process_limit() // len(chosen) - 1
    if room < 1:
        raise Refused(f"{machine.process_limit():,} processes are left, too few for a fleet of each peer")
    if children > room:
        bench.note(f"{children:,} children of {len(chosen)} peers are more than the {machine.process_limit():,} "
                   f"processes that are left: {room:,} were used.")  # fmt: skip
    return min(children, room), streams


def measure(bench):
    given = bench.given
    chosen = bench.choose(peers.everyone(Copies(bench)))
    rounds = []
    for children, streams in plan_sizes(bench, chosen, [given.children]).items():
        rounds.append((those_for(bench, chosen, children, at_once=True), children, streams))
    lean = [peer for peer in chosen if isinstance(peer, (peers.Floor, peers.Ringmaster))]
    if given.most and lean:
        rounds.append((lean, *crowded(bench, lean)))
    for able, children, streams in rounds:
        for _ in range(given.repeat):
            hold_all(bench, able, children, streams)

"""Whole fleets: start, list, idle, restart after SIGKILL, drain, stop; all peers beside a floor.

docs/performance.md says what each number means.
"""

import os
import shutil

from harness import peers
from harness.fleet_run import Plan, Run, fleet_alone, prepared
from harness.options import add_peers_option, at_least, numbers_of, seconds
from harness.program import in_turns
from harness.results import Measure
from harness.sizes import need_room, plan_sizes, those_for, words_for

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


def add_options(add):
    add_peers_option(add)
    add("--children", type=numbers_of, default=[10, 100, 1000, 5000, 10000],
        help="fleet sizes (default 10,100,1000,5000,10000)")  # fmt: skip
    add("--repeat-slow", type=at_least(0), default=1, help="runs of slow peers (default %(default)s)")
    add("--kills", type=at_least(1), default=50, help="children killed in a run (default %(default)s)")
    add("--burst", type=at_least(1), default=65536, help="bytes each child writes (default %(default)s)")
    add("--idle", type=seconds, default=1.0, help="seconds of idling (default %(default)s)")
    add("--streams", type=int, choices=(1, 2), help="pipes and logs of a child (default: 2, or 1 "
        "where the descriptor limit leaves no choice)")  # fmt: skip
    add("--one-group", action="store_true", help="all programs in one group")
    add("--new-logs", action="store_true", help="remove the logs before each run: the start then "
        "includes making the files, which costs the same for all peers")  # fmt: skip


def quick(given):
    given.children, given.kills = [min(200, min(given.children))], min(given.kills, 20)


def run_once(bench, peer, children, streams, turn):
    """Runs all steps; returns the numbers."""
    given = bench.given
    fleet = fleet_alone(bench, children, streams, given.one_group)
    if given.new_logs:
        shutil.rmtree(fleet.logs, ignore_errors=True)
        os.makedirs(fleet.logs)
    else:
        fleet.empty_logs()
    with prepared(peer, fleet, children + 4 * given.kills + 1000, given.burst) as stamps:
        run = Run(peer, fleet, Plan(given.kills, given.burst, given.idle, seed=turn), stamps)
        for step in (run.start, run.list_all, run.idle, run.kill_some, run.drain, run.stop):
            step()
        return run.numbers


def measure(bench):
    given = bench.given
    chosen = bench.choose(peers.everyone(bench))
    sizes = plan_sizes(bench, chosen, given.children, given.streams)
    # The logs of each size stay until the end, so that later runs find them made.
    need_room(given.directory, sum(sizes), sum(sizes) * given.burst)
    for children, streams in sizes.items():
        able = those_for(bench, chosen, children)
        for turn, peer in in_turns(able, given.repeat):
            if peer.slow and turn >= given.repeat_slow:
                continue
            bench.attempt(words_for(children, streams), peer.name,
                          lambda: run_once(bench, peer, children, streams, turn))  # fmt: skip

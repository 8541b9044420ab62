"""Mass stop: SIGTERM until all children and the supervisor are gone; groups in turn, groups together, one group.

Supervisor stops groups one after the other, and a program that is in no group is its own. docs/performance.md
says what each case is.
"""

from dataclasses import dataclass

from harness import peers
from harness.fleet_run import Plan, Run, fleet_alone, prepared
from harness.options import add_peers_option, at_least, numbers_of
from harness.program import in_turns
from harness.results import Measure
from harness.sizes import need_room, plan_sizes, those_for, words_for

MEASURES = [
    Measure("stop_s", "stop all and exit", "s", 3, chart=True),
    Measure("stop_cpu_s", "CPU of stop", "s", 3),
]


@dataclass
class Way:
    """One way to stop a fleet, and the peers that can go it."""

    words: str
    peers: list
    one_group: bool = False


def add_options(add):
    add_peers_option(add)
    add("--children", type=numbers_of, default=[1000, 5000], help="fleet sizes (default 1000,5000)")
    add("--repeat-slow", type=at_least(0), default=1, help="runs of slow peers (default %(default)s)")


def quick(given):
    given.children = [min(100, min(given.children))]


def ways(bench):
    together = peers.floor(bench, with_streams=True)
    in_turn = peers.floor(bench, with_streams=True, one_by_one=True)
    ours, supervisor = peers.ringmasters(bench), peers.Supervisor()
    return [
        Way("each a group", [in_turn, *ours, supervisor]),
        Way("each a group, stop_concurrency=0", [together, *peers.ringmasters(bench, "stop_concurrency=0\n")]),
        Way("all in one group", [together, *ours, supervisor], one_group=True),
    ]


def run_once(bench, way, peer, children, streams):
    fleet = fleet_alone(bench, children, streams, way.one_group)
    fleet.empty_logs()
    with prepared(peer, fleet, children + 1000, 0) as stamps:
        run = Run(peer, fleet, Plan(kills=0, burst_bytes=0, idle_seconds=0, seed=0), stamps)
        for step in (run.start, run.list_all, run.cost.step, run.stop):
            step()
        return {measure.key: run.numbers[measure.key] for measure in MEASURES}


def measure(bench):
    given = bench.given
    planned = ways(bench)
    chosen = bench.choose(list(dict.fromkeys(peer for way in planned for peer in way.peers)))
    sizes = plan_sizes(bench, chosen, given.children)
    need_room(given.directory, sum(sizes), 0)
    for children, streams in sizes.items():
        able = those_for(bench, chosen, children)
        for way in planned:
            case = f"{words_for(children, streams)}, {way.words}"
            for turn, peer in in_turns([peer for peer in way.peers if peer in able], given.repeat):
                if peer.slow and turn >= given.repeat_slow:
                    continue
                bench.attempt(case, peer.name, lambda: run_once(bench, way, peer, children, streams))

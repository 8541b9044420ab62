#!/usr/bin/python3
"""Fleet benchmark: whole fleets of small children under ringmasterd, Supervisor and the floor.

Usually called by `./dev bench fleet`. Prints Markdown tables, writes all numbers as JSON, and with
--write-docs puts the tables into docs/performance.md, which also explains them.
"""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time

import machine
import report
from peers import Fleet, all_peers
from scenario import Plan, run_fleet

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SLOW_FROM = 500  # from so many children on, a slow peer is run --repeat-slow times


def sizes_of(text):
    """The fleet sizes in "1000,5000"."""
    sizes = [int(size) for size in text.split(",")]
    if min(sizes) < 1:
        raise ValueError(text)
    return sizes


def parse_arguments():
    build = os.environ.get("RINGMASTER_BUILD", os.path.join(ROOT, "build", "release"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--children", type=sizes_of, default="1000,5000", help="fleet sizes (default %(default)s)")
    add("--repeat", type=int, default=3, help="runs of each peer (default %(default)s)")
    add("--repeat-slow", type=int, default=1, help="the same for peers that take minutes "
        "(default %(default)s)")
    add("--kills", type=int, default=50, help="children killed in a run (default %(default)s)")
    add("--burst", type=int, default=65536, help="bytes each child writes (default %(default)s)")
    add("--idle", type=float, default=1.0, help="seconds of idling (default %(default)s)")
    add("--streams", type=int, choices=(1, 2), help="pipes and logs of a child (default: 2, or 1 "
        "where the descriptor limit leaves no choice)")
    add("--one-group", action="store_true", help="put all programs into one group; Supervisor "
        "stops groups one after the other")
    add("--peers", help="only peers whose name contains one of these words, comma-separated")
    add("--quick", action="store_true", help="200 children, one run: does everything work?")
    add("--build", default=build, help="build directory (default: $RINGMASTER_BUILD or "
        "build/release)")
    add("--new-logs", action="store_true", help="remove the logs before each run: the start then "
        "includes making the files, which costs the same for all peers")
    add("--directory", default=tempfile.gettempdir(), help="where the fleets' logs are written")
    add("--json", help="file for all numbers (default: bench-fleet.json in the build directory)")
    add("--from-json", metavar="FILE", help="report an earlier run instead of making one")
    add("--write-docs", action="store_true", help="put the tables into docs/performance.md")
    given = parser.parse_args()
    if given.quick:
        given.children, given.repeat, given.kills = [200], 1, min(given.kills, 20)
    return given


def choose_peers(given):
    """The peers that were asked for and can run; notes about the others."""
    chosen, notes = [], []
    words = given.peers.lower().split(",") if given.peers else [""]
    for peer in all_peers(os.path.join(os.path.abspath(given.build), "bin")):
        if not any(word in peer.name.lower() for word in words):
            continue
        reason = peer.missing()
        if reason:
            notes.append(f"Left out: {peer.name} ({reason}).")
        else:
            chosen.append(peer)
    return chosen, notes


def fit(children, streams, peers, limit):
    """The fleet that every peer can hold within the descriptor limit: (children, streams)."""

    def needed(count, pipes):
        return max(peer.descriptors(count, pipes) for peer in peers)

    for pipes in [streams] if streams else [2, 1]:
        if needed(children, pipes) <= limit:
            return children, pipes
    pipes = streams or 1
    while needed(children, pipes) > limit:
        children -= 50 if children > 50 else 1
    return children, pipes


def plan_sizes(given, peers, notes):
    """{children: streams}; says where the descriptor limit made the fleets smaller."""
    most = max(peer.descriptors(max(given.children), given.streams or 2) for peer in peers)
    limit = machine.raise_descriptor_limit(most)
    sizes = {}
    for size in given.children:
        children, streams = fit(size, given.streams, peers, limit)
        sizes[children] = streams
        if children != size:
            notes.append(f"{size:,} children do not fit into {limit:,} descriptors in every peer: "
                         f"{children:,} were used.")
        elif streams == 1 and not given.streams:
            notes.append(f"{size:,} children with two logs each do not fit into {limit:,} "
                         "descriptors in every peer: they got one.")
    return sizes


def schedule(given, peers, sizes):
    """The order of the runs: peers take turns, so that a slow minute of the machine hits all."""
    for children in sizes:
        for turn in range(given.repeat):
            for peer in peers:
                slow = peer.slow and children >= SLOW_FROM
                if not slow or turn < given.repeat_slow:
                    yield children, turn, peer


def run_all(given, peers, sizes):
    runs = []
    stamps_directory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else given.directory
    sleeper = os.path.join(os.path.abspath(given.build), "bin", "bench_sleeper")
    if not os.access(sleeper, os.X_OK):
        sys.exit(f"error: {sleeper} is not built")
    with tempfile.TemporaryDirectory(prefix="fleet-", dir=given.directory) as work:
        for children, turn, peer in schedule(given, peers, sizes):
            fleet = Fleet(
                children=children,
                streams=sizes[children],
                directory=os.path.join(work, "run"),
                logs=os.path.join(work, f"logs-{children}"),
                one_group=given.one_group,
                sleeper=sleeper,
                stamps=os.path.join(stamps_directory, f"fleet-stamps-{os.getpid()}"),
            )
            runs.append(run_once(given, peer, fleet, turn))
    return runs


def run_once(given, peer, fleet, turn):
    began = time.monotonic()
    os.makedirs(fleet.directory)
    if given.new_logs:
        shutil.rmtree(fleet.logs, ignore_errors=True)
        os.makedirs(fleet.logs)
    else:
        fleet.empty_logs()
    plan = Plan(given.kills, given.burst, given.idle, seed=turn)
    numbers = run_fleet(peer, fleet, plan)
    say(f"{fleet.children} children, {peer.name}, run {turn + 1}: "
        f"{numbers.get('error', 'ok')} ({time.monotonic() - began:.1f} s)")
    return {"peer": peer.name, "children": fleet.children, "turn": turn, "numbers": numbers}


def say(text):
    print(text, file=sys.stderr, flush=True)


def measure(given):
    peers, notes = choose_peers(given)
    if not peers:
        sys.exit(" ".join(["error: no peer can run."] + notes))
    sizes = plan_sizes(given, peers, notes)
    for note in notes:
        say(note)
    described = machine.describe(given.directory)
    if described["load_at_start"] > 0.5:
        say(f"warning: the machine is busy (load average {described['load_at_start']:.2f})")
    return {
        "machine": described,
        "versions": {peer.product: peer.version() for peer in peers if peer.product},
        "command": report.command_line("fleet"),
        "streams": {str(children): streams for children, streams in sizes.items()},
        "plan": {"kills": given.kills, "burst_bytes": given.burst, "repeat": given.repeat},
        "notes": notes,
        "runs": run_all(given, peers, sizes),
    }


def main():
    given = parse_arguments()
    if given.from_json:
        result = report.load(given.from_json)
    else:
        machine.adopt_orphans()
        # However we are ended, the children go first.
        for signo in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(signo, signal.default_int_handler)
        result = measure(given)
        report.save(result, given.json or os.path.join(given.build, "bench-fleet.json"))
    text = report.markdown(result)
    print(text, end="")
    if given.write_docs:
        report.write_into(os.path.join(ROOT, "docs", "performance.md"), "fleet", text)
    return 1 if any("error" in run["numbers"] for run in result["runs"]) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        say("interrupted; all children are ended")
        sys.exit(130)

"""Runs a benchmark: its options, its clean-up, its JSON file, its tables, its place in the docs.

A benchmark is a module bench/NAME/run.py. Its first line says what it measures, and it has

    MEASURES            a list of results.Measure
    add_options(add)    its own command-line options; add is ArgumentParser.add_argument
    quick(given)        makes a run of seconds out of the options
    measure(bench)      measures; hands each run to bench.attempt() or bench.add()
"""

import argparse
import dataclasses
import os
import shlex
import signal
import sys
import tempfile

from harness import charts, machine, publishing, results, tables
from harness.fleet_run import Broken
from harness.publishing import ROOT
from harness.refused import Refused
from harness.stamps import TimedOut

FAILURES = (Broken, TimedOut, OSError)  # what a run may fail with; the others go on


def say(text):
    print(text, file=sys.stderr, flush=True)


class Bench:
    """What a benchmark needs while it measures."""

    def __init__(self, name, given, work):
        self.name = name
        self.given = given
        self.work = work  # an empty directory that is removed at the end
        self.notes = []
        self.versions = {}
        self.samples = []

    def program(self, name):
        """The path of a built program."""
        path = os.path.join(os.path.abspath(self.given.build), "bin", name)
        if not os.access(path, os.X_OK):
            sys.exit(f"error: {path} is not built")
        return path

    def note(self, text):
        self.notes.append(text)
        say(text)

    def choose(self, peers):
        """Those of the peers that were asked for and can run; notes why others cannot."""
        chosen = []
        for peer in peers:
            if not self.wants(peer.name):
                continue
            reason = peer.missing()
            if reason:
                self.note(f"Left out: {peer.name} ({reason}).")
                continue
            chosen.append(peer)
        self.tell_versions(chosen)
        if not chosen:
            sys.exit("error: no peer can run")
        return chosen

    def wants(self, name):
        """Whether a peer of that name was asked for."""
        words = self.given.peers.lower().split(",") if self.given.peers else [""]
        return any(word in name.lower() for word in words)

    def tell_versions(self, peers):
        """Puts the versions of peers above the tables."""
        self.versions.update((peer.product, peer.version()) for peer in peers if peer.product)

    def add(self, case, peer, numbers):
        self.samples.append({"case": case, "peer": peer, "numbers": numbers})

    def fail(self, case, peer, problem):
        self.samples.append({"case": case, "peer": peer, "error": str(problem)})
        say(f"{self.name}: {case}, {peer}: failed: {problem}")

    def attempt(self, case, peer, run):
        """Adds the numbers that run() returns, or why it failed. Leaves no process behind."""
        try:
            self.add(case, peer, run())
            say(f"{self.name}: {case}, {peer}: ok")
        except FAILURES as problem:
            self.fail(case, peer, problem)
        finally:
            machine.end_all_children()


def in_turns(peers, repeat):
    """(turn, peer): A, B, C, A, B, C, … so that a slow minute of the machine hits all of them."""
    return [(turn, peer) for turn in range(repeat) for peer in peers]


def add_peers_option(add):
    """For benchmarks that can leave out peers."""
    add("--peers", help="only peers whose name contains one of these words, comma-separated")


def numbers_of(text):
    """The sizes in "100,1000"."""
    sizes = [int(size) for size in text.split(",")]
    if min(sizes) < 1:
        raise ValueError(text)
    return sizes


def _parse(name, module, words):
    build = os.environ.get("RINGMASTER_BUILD", os.path.join(ROOT, "build", "release"))
    parser = argparse.ArgumentParser(prog=f"./dev bench {name}", description=module.__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter,
                                     allow_abbrev=False)  # reports tell options by their whole names
    add = parser.add_argument
    module.add_options(add)
    add("--quick", action="store_true", help="seconds instead of minutes: does everything work?")
    add("--repeat", type=int, default=3, help="runs of each peer (default %(default)s)")
    add("--build", default=build, help="build directory (default: $RINGMASTER_BUILD or build/release)")
    add("--directory", default=tempfile.gettempdir(), help="where logs are written")
    add("--json", help="file for all numbers (default: bench-NAME.json in the build directory)")
    add("--from-json", metavar="FILE", help="report an earlier run instead of making one")
    add("--write-docs", action="store_true", help="put tables and charts into docs/performance.md")
    given = parser.parse_args(words)
    if given.quick:
        given.repeat = 1
        module.quick(given)
    return given


def command_line(name, words):
    """The command that makes these numbers again; where files go is nobody's business."""
    places = ("--build", "--directory", "--json")
    kept, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word in places:
            skip = True
        elif word != "--write-docs" and word.split("=")[0] not in places:
            kept.append(word)
    return shlex.join(["./dev", "bench", name, *kept])


def _measure(name, module, given, words):
    described = machine.describe(given.directory)
    if described["load_at_start"] > 0.5:
        say(f"warning: the machine is busy (load average {described['load_at_start']:.2f})")
    with tempfile.TemporaryDirectory(prefix=f"bench-{name}-", dir=given.directory) as work:
        bench = Bench(name, given, work)
        try:
            module.measure(bench)
        finally:
            machine.end_all_children()
    described["descriptor_limit"] = machine.descriptor_limit()
    return {
        "benchmark": name,
        "command": command_line(name, words),
        "machine": described,
        "versions": bench.versions,
        "notes": bench.notes,
        "measures": [dataclasses.asdict(measure) for measure in module.MEASURES],
        "samples": bench.samples,
    }


def _earlier(name, path):
    """The results in a file; Refused if they are not of this benchmark."""
    result = results.load(path)
    if result["benchmark"] != name:
        raise Refused(f"{path} holds results of {result['benchmark']}: ./dev bench {result['benchmark']} reports them")
    return result


def _saved(name, module, given, words):
    """The results of a run, which are in the JSON file, too."""
    machine.adopt_orphans()
    for signo in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signo, signal.default_int_handler)  # however we end, children go first
    result = _measure(name, module, given, words)
    path = given.json or os.path.join(given.build, f"bench-{name}.json")
    results.save(result, path)
    charts.write_all(result, os.path.dirname(os.path.abspath(path)))
    return result


def _run(name, module, words):
    given = _parse(name, module, words)
    if given.write_docs:
        publishing.refuse_quick(words)
    if given.from_json:
        result = _earlier(name, given.from_json)
        if given.write_docs:
            publishing.refuse_unfit(result)
    else:
        result = _saved(name, module, given, words)
    text = tables.markdown(result)
    print(text, end="", flush=True)
    if given.write_docs:
        publishing.write(result, text)
    return 1 if results.failures(result) else 0


def run(name, module, words):
    """Runs one benchmark with the words of its command line; returns the exit code."""
    try:
        return _run(name, module, words)
    except Refused as problem:
        say(f"error: {problem}")
        return 2

"""Runs a benchmark: its options, its clean-up, its JSON file, its tables, its place in the docs.

A benchmark is a module bench/NAME/run.py. Its first line says what it measures, and it has

    MEASURES            a list of results.Measure
    add_options(add)    its own command-line options; add is ArgumentParser.add_argument
    quick(given)        makes a run of seconds out of the options
    measure(bench)      measures; hands each run to bench.attempt() or bench.add()

Its name is in the ORDER of bench/run.py, its marks (harness/documents.py) are in docs/performance.md, and a small
run of it is in tests/system/test_bench.py. A new peer, another supervisor to compare with, is

    a class             in harness/peers/, a harness.peers.peer.Peer: its docstrings say what is wanted
    a line              in peers.everyone(), for whole fleets; loggers are in all_peers() of bench/drain/run.py
    sizes.UP_TO         the most children that it is bothered with, if more take a quarter of an hour
    summary.PEERS       a column of the README, if it is to have one

One that is not installed is left out, with a note.
Options are checked before anything runs: their kinds are in harness/options.py, what is allowed and fits in
harness/sizes.py. What cannot be done is Refused, in one sentence.
"""

import dataclasses
import os
import signal
import sys
import tempfile

from harness import charts, machine, publishing, results, tables
from harness.fleet_run import Broken
from harness.options import check_places, command_line, matching, parse
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
            raise Refused(f"{path} is not built; ./dev bench builds first")
        return path

    def note(self, text):
        if text not in self.notes:
            self.notes.append(text)
            say(text)

    def choose(self, peers):
        """Those of the peers that were asked for and can run; notes why others cannot."""
        wanted = self.asked_for(list(dict.fromkeys(peer.name for peer in peers)))
        chosen = []
        for peer in (peer for peer in peers if peer.name in wanted):
            reason = peer.missing()
            if reason:
                self.note(f"Left out: {peer.name} ({reason}).")
                continue
            chosen.append(peer)
        self.tell_versions(chosen)
        if not chosen:
            raise Refused("no peer can run here")
        return chosen

    def asked_for(self, names):
        """Those of the names of peers that --peers wants."""
        return matching(self.given.peers, names)

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


def _measure(name, module, given, words):
    described = machine.describe(given.directory)
    if machine.is_busy(described):
        say(f"warning: the machine is busy (load average {described['load_at_start']:.2f})")
    with tempfile.TemporaryDirectory(prefix=f"bench-{name}-", dir=given.directory) as work:
        bench = Bench(name, given, work)
        try:
            module.measure(bench)
        except FAILURES as problem:  # of a step that all peers need; what was measured before is kept
            bench.fail(results.CUT_SHORT, name, problem)
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
    try:
        result = results.load(path)
    except OSError as problem:
        raise Refused(f"--from-json: {problem.strerror}: {path}") from problem
    except ValueError as problem:
        raise Refused(f"--from-json: {path} holds no results of a benchmark") from problem
    if result["benchmark"] != name:
        raise Refused(f"{path} holds results of {result['benchmark']}: ./dev bench {result['benchmark']} reports them")
    return result


def _saved(name, module, given, words):
    """The results of a run, which are in the JSON file, too."""
    machine.adopt_orphans()
    for signo in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signo, signal.default_int_handler)  # however we end, children go first
    result = _measure(name, module, given, words)
    if not result["samples"]:
        raise Refused("with these options nothing is measured")
    results.save(result, given.json)
    charts.write_all(result, os.path.dirname(os.path.abspath(given.json)))
    return result


def prepare(name, module, words):
    """The options of a run that may begin; raises Refused."""
    given = parse(name, module, words)
    if given.write_docs:
        publishing.refuse_quick(words)
    if given.from_json:
        return given
    check_places(given)
    if given.write_docs and not given.anyway:
        publishing.refuse_this_tree()
    return given


def refuse_busy(given):
    """Raises Refused if numbers for the documentation would be those of a busy machine."""
    if given.write_docs and not given.anyway and not given.from_json:
        publishing.refuse_this_machine(machine.describe(given.directory))


def _run(name, module, words, is_first):
    given = prepare(name, module, words)
    if is_first:
        refuse_busy(given)
    if given.from_json:
        result = _earlier(name, given.from_json)
        if given.write_docs:
            publishing.refuse_unfit(result, given.anyway)
    else:
        result = _saved(name, module, given, words)
    text = tables.markdown(result)
    print(text, end="", flush=True)
    if given.write_docs:
        publishing.refuse_part(result)
        publishing.write(result, text)
    return 1 if results.failures(result) else 0


def run(name, module, words, is_first=True):
    """Runs one benchmark with the words of its command line; returns the exit code.

    `is_first`: what keeps the machine busy is not the benchmark before this one.
    """
    return refusals(lambda: _run(name, module, words, is_first))


def refusals(work):
    """What work() returns; 2 if it was refused, after the sentence that says why."""
    try:
        return work()
    except Refused as problem:
        say(f"error: {problem}")
        return 2

#!/usr/bin/python3
"""Soak run: a large fleet under random deaths, floods, commands, calls and changes of the configuration.

  ./dev soak [MINUTES] [OPTION…]

Every now and then everything holds still and is checked from outside: each program that should run runs
exactly once, all states agree with /proc, memory and descriptors are as they were; and every line that
any child has ever written is in its logs, once and in order. The daemon is Ringmaster's release build.
Exit codes: 0 all was right, 1 something was wrong (what, and the seed, stand at the end), 2 there was no
run: what the options ask for is not there or makes no sense.
"""

import os
import random
import shutil
import signal
import sys
import time
import xmlrpc.client

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from harness import machine  # noqa: E402
from soak import options  # noqa: E402
from soak.chaos import Chaos  # noqa: E402
from soak.checks import Checks  # noqa: E402
from soak.daemon import Daemon, Wrong  # noqa: E402
from soak.fleet import Fleet  # noqa: E402
from soak.page import Lives, Page  # noqa: E402
from soak.traffic import Traffic  # noqa: E402

LIVES_PER_SECOND = 2000  # more than the chaos can cause
SOME_DESCRIPTORS = 16  # connections and files of the moment
STEPS_PER_LOOK = 50  # reading all of /proc takes a moment
NO_PASSWORD = "without any HTTP authentication"  # said at the start, and true
PSS_GROWTH, PSS_SLACK_KIB = 1.25, 4096


def say(text):
    print(text, flush=True)


class Soak:
    """One run in a directory of its own."""

    def __init__(self, given, seed, directory, children):
        self.given = given
        programs = os.path.join(given.build, "bin")
        program = os.path.join(programs, "bench_soak_child")
        self.page = Page(os.path.join(directory, "page"),
                         2 * children + int(given.minutes * 60 + 300) * LIVES_PER_SECOND)  # fmt: skip
        self.lives = Lives(self.page)
        self.fleet = Fleet(directory, program, self.page.path, children, given.engine)
        self.daemon = Daemon(programs, self.fleet)
        self.chaos = Chaos(random.Random(seed), self.fleet, self.daemon, self.lives, program)
        self.checks = Checks(self.fleet, self.daemon, self.lives, program, self.page.path)
        self.traffic = [Traffic(seed + number + 1, self.fleet, self.daemon) for number in range(given.clients)]
        self.costs = []

    def run(self):
        """Raises Wrong."""
        self.daemon.wait_ready()
        self.checks.settle()
        say(f"{len(self.fleet.children):,} children run")
        for one in self.traffic:
            one.start()
        end = time.monotonic() + self.given.minutes * 60
        while not self.costs or time.monotonic() < end:
            self.rage(min(end, time.monotonic() + self.given.pause))
            self.inspect()
        for one in self.traffic:
            one.stop()
        self.must_be_flat()
        self.daemon.stop()
        left = machine.wait_for_all_children(30)
        if not left:
            raise Wrong("children live on after the daemon's end")
        self.checks.read_the_rest()
        self.main_log_must_be_clean()

    def rage(self, until):
        steps = 0
        while time.monotonic() < until:
            self.chaos.step()
            self.daemon.must_run()
            self.answers_must_be_right()
            steps += 1
            if steps % STEPS_PER_LOOK == 0:
                self.checks.nobody_runs_twice()

    def inspect(self):
        self.checks.settle()
        self.chaos.restore()
        self.checks.settle()
        self.checks.wait_quiet()
        self.costs.append(self.checks.cost())
        self.checks.rotate_and_read()
        self.answers_must_be_right()
        pss, descriptors = self.costs[-1]
        say(f"{self.page.count():,} lives, {sum(self.chaos.done.values()):,} steps, "
            f"{sum(one.calls for one in self.traffic):,} calls, {self.checks.bytes_read / 1e6:,.0f} MB of logs read; "
            f"{pss / len(self.fleet.children):.2f} KiB a child, {descriptors:,} descriptors")  # fmt: skip

    def answers_must_be_right(self):
        for one in self.traffic:
            if one.wrong:
                raise Wrong(one.wrong)
            if one.is_alive() or one.ident is None:
                continue
            raise Wrong("a client has ended by itself")

    def must_be_flat(self):
        """Memory and descriptors at the end are those of the first inspection."""
        (first_pss, first_descriptors), (pss, descriptors) = self.costs[0], self.costs[-1]
        if descriptors > first_descriptors + SOME_DESCRIPTORS:
            raise Wrong(f"descriptors grew from {first_descriptors:,} to {descriptors:,}")
        if pss > first_pss * PSS_GROWTH + PSS_SLACK_KIB:
            raise Wrong(f"memory grew from {first_pss:,} to {pss:,} KiB")

    def main_log_must_be_clean(self):
        with open(os.path.join(self.fleet.directory, "main.log"), encoding="utf-8", errors="replace") as file:
            for line in file:
                if (" CRIT " in line or " ERRO " in line) and NO_PASSWORD not in line:
                    raise Wrong(f"main log: {line.rstrip()}")


def run(given, seed, directory, children):
    """The exit code."""
    began, soak = time.monotonic(), None
    try:
        soak = Soak(given, seed, directory, children)
        soak.run()
        verdict = 0
    except (Wrong, xmlrpc.client.Fault) as problem:
        why = soak.daemon.why() if soak else ""
        say(f"\nWRONG: {problem}" + (f": {why}" if why and why != str(problem) else ""))
        verdict = 1
    finally:
        for one in soak.traffic if soak else []:
            if one.ident is not None:
                one.stop()
        machine.end_all_children()
    steps = ", ".join(f"{name} {count}" for name, count in soak.chaos.done.items())
    say(f"\nsteps: {steps}")
    minutes = (time.monotonic() - began) / 60
    say(f"seed {seed}, {minutes:.1f} minutes: " + ("FAILED" if verdict else "everything was right"))
    return verdict


def main():
    given = options.parse(sys.argv[1:], __doc__)
    children, fewer = options.possible(given.children)
    if fewer:
        say(fewer)
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(10**9)
    say(f"seed {seed}")
    machine.adopt_orphans()
    for signo in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signo, signal.default_int_handler)  # however we end, children go first
    directory = options.own_directory(given.directory)
    keep = False
    try:
        code = run(given, seed, directory, children)
        keep = code != 0 and given.keep
        return code
    finally:
        if keep:
            say(f"kept: {directory}")
        else:
            shutil.rmtree(directory)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        say("interrupted; all children are ended")
        sys.exit(130)

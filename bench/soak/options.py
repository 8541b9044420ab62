"""The options of a soak run, and what is wrong with them: said in a sentence, before anything is started."""

import argparse
import math
import os
import sys
import tempfile

from harness import machine

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAMS = ("ringmasterd", "ringmasterctl", "bench_soak_child")
DESCRIPTORS = 4  # of the daemon, for a child: its pidfd, stdin, output, log
OTHER_DESCRIPTORS = 500
SOCKET_PATH = 107  # bytes that the kernel takes
LONGEST_NAME = "/soak-12345678/s.sock"  # below --directory
MOST_MINUTES = 7 * 24 * 60  # the page of all lives must fit


def refuse(problem):
    """Says why there is no run, and ends with the exit code for that."""
    print(f"soak: {problem}", file=sys.stderr)
    sys.exit(2)


def parse(words, text):
    """The options; `text` is the help's. Ends the program if they make no run."""
    parser = argparse.ArgumentParser(
        prog="./dev soak", description=text, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("minutes", type=float, nargs="?", default=2, help="how long (default %(default)s)")
    add("--children", type=int, default=10_000, help="(default %(default)s, or what the limits allow)")
    add("--seed", type=int, help="of the chaos (default: a random one)")
    add("--clients", type=int, default=2, help="that ask all the time (default %(default)s)")
    add("--pause", type=float, default=15, help="seconds between checks (default %(default)s)")
    add("--engine", choices=("auto", "uring", "epoll"), help="io_engine of the daemon")
    add("--build", default=os.environ.get("RINGMASTER_BUILD", os.path.join(ROOT, "build", "release")),
        help="build directory (default: $RINGMASTER_BUILD or build/release)")  # fmt: skip
    add("--directory", default=tempfile.gettempdir(), help="where the logs are written; a short path")
    add("--keep", action="store_true", help="keep the directory if something was wrong")
    given = parser.parse_args(words)
    # The daemon runs in a directory of its own.
    given.build, given.directory = os.path.abspath(given.build), os.path.abspath(given.directory)
    problem = _mistake(given)
    if problem:
        refuse(problem)
    return given


def _mistake(given):
    """What is wrong with the options; None if nothing."""
    return _wrong_number(given) or _wrong_build(given.build) or _wrong_directory(given.directory)


def _wrong_number(given):
    if not 0 < given.minutes <= MOST_MINUTES:
        return f"{given.minutes:g} minutes are no run: more than 0 and at most {MOST_MINUTES:,} are"
    if given.children < 1:
        return f"--children {given.children}: at least 1 is needed"
    if given.clients < 0:
        return f"--clients {given.clients}: 0 is the least"
    if not (given.pause > 0 and math.isfinite(given.pause)):
        return f"--pause {given.pause:g}: more than 0 seconds are needed"
    return None


def _wrong_build(build):
    for name in PROGRAMS:
        path = os.path.join(build, "bin", name)
        if not os.access(path, os.X_OK):
            return f"{path} is not built"
    return None


def _wrong_directory(directory):
    if not os.path.isdir(directory):
        return f"--directory {directory}: there is no such directory"
    if len(os.fsencode(directory + LONGEST_NAME)) > SOCKET_PATH:
        return f"--directory {directory}: the path is too long for the daemon's socket in it"
    return None


def own_directory(directory):
    """A new, empty one in it."""
    try:
        return tempfile.mkdtemp(prefix="soak-", dir=directory)
    except OSError as problem:
        refuse(f"--directory {directory}: {problem.strerror}")


def possible(wanted):
    """(how many children the limits allow, words about it if they are fewer than wanted)."""
    limit = machine.raise_descriptor_limit(wanted * DESCRIPTORS + OTHER_DESCRIPTORS)
    processes = machine.process_limit()
    most = min(wanted, (limit - OTHER_DESCRIPTORS) // DESCRIPTORS, processes)
    if most < 1:
        refuse(f"{limit:,} descriptors and {processes:,} processes leave no room for a child")
    if most == wanted:
        return most, ""
    room = f"{limit:,} descriptors and {processes:,} processes"
    return most, f"{wanted:,} children do not fit into {room}: {most:,} are used"

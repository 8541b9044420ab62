"""The command line of a benchmark: kinds of values, the options that all have, what would fail only later."""

import argparse
import os
import shlex
import tempfile

from harness.publishing import ANYWAY, ROOT
from harness.refused import Refused


def at_least(least):
    """The kind of a whole number."""

    def number(text):
        value = int(text)
        if value < least:
            raise argparse.ArgumentTypeError(f"{text} is less than {least}")
        return value

    return number


def seconds(text):
    """The kind of a duration; what is divided by it must not be divided by 0."""
    value = float(text)
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds above 0")
    return value


def numbers_of(text):
    """The kind of a list of sizes, as in "100,1000"."""
    number = at_least(1)
    return [number(size) for size in text.split(",")]


def some_of(known):
    """The kind of a list that names some of what there is."""

    def names(text):
        chosen = text.split(",")
        for name in chosen:
            if name not in known:
                raise argparse.ArgumentTypeError(f"there is no {name!r}, only {', '.join(known)}")
        return chosen

    return names


def add_peers_option(add):
    """For benchmarks that can leave out peers."""
    add("--peers", help="only peers whose name contains one of these words, comma-separated")


def matching(words, names):
    """The names that contain one of the words of --peers; Refused if a word fits none."""
    wanted = [word.strip().lower() for word in (words or "").split(",") if word.strip()]
    for word in wanted:
        if not any(word in name.lower() for name in names):
            raise Refused(f"--peers: there is no {word!r}, only {'; '.join(names)}")
    return [name for name in names if not wanted or any(word in name.lower() for word in wanted)]


def parse(name, module, words):
    """The options of one benchmark; ends the program with code 2 if argparse knows better."""
    build = os.environ.get("RINGMASTER_BUILD", os.path.join(ROOT, "build", "release"))
    parser = argparse.ArgumentParser(prog=f"./dev bench {name}", description=module.__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter,
                                     allow_abbrev=False)  # reports tell options by their whole names
    add = parser.add_argument
    module.add_options(add)
    add("--quick", action="store_true", help="seconds instead of minutes: does everything work?")
    add("--repeat", type=at_least(1), default=3, help="runs of each peer (default %(default)s)")
    add("--build", default=build, help="build directory (default: $RINGMASTER_BUILD or build/release)")
    add("--directory", default=tempfile.gettempdir(), help="where logs are written")
    add("--json", help="file for all numbers (default: bench-NAME.json in the build directory)")
    add("--from-json", metavar="FILE", help="report an earlier run instead of making one")
    add("--write-docs", action="store_true", help="put tables and charts into docs/performance.md, and a few "
        "numbers into README.md: those of a full run, of a committed tree, begun at a load average of at most "
        "half of the CPUs")  # fmt: skip
    add(ANYWAY, action="store_true", help="write them also of a changed tree, or a busy machine")
    given = parser.parse_args(words)
    if given.quick:
        given.repeat = 1
        module.quick(given)
    given.json = given.json or os.path.join(given.build, f"bench-{name}.json")
    return given


def check_places(given):
    """Raises Refused where files could not be written: after the run its numbers would be lost."""
    if not os.path.isdir(given.build):
        raise Refused(f"--build: there is no directory {given.build}; ./dev bench builds first")
    _must_be_writable("--directory", given.directory)
    _must_be_writable("--json", os.path.dirname(os.path.abspath(given.json)))
    if os.path.isdir(given.json):
        raise Refused(f"--json: {given.json} is a directory")
    if os.path.exists(given.json) and not os.access(given.json, os.W_OK):
        raise Refused(f"--json: {given.json} may not be written")


def _must_be_writable(option, directory):
    if not os.path.isdir(directory):
        raise Refused(f"{option}: there is no directory {directory}")
    if not os.access(directory, os.W_OK | os.X_OK):
        raise Refused(f"{option}: nothing may be written in {directory}")


def command_line(name, words):
    """The command that makes these numbers again; where files go is nobody's business."""
    places = ("--build", "--directory", "--json")
    kept, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word in places:
            skip = True
        elif word not in ("--write-docs", ANYWAY) and word.split("=")[0] not in places:
            kept.append(word)
    return shlex.join(["./dev", "bench", name, *kept])

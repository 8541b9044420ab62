#!/usr/bin/python3
"""Runs benchmarks; ./dev bench builds what they need first.

  ./dev bench                  every benchmark, quickly: does everything work here, and about how fast?
  ./dev bench NAME [OPTION…]   one of them; NAME --help lists its options
  ./dev bench all [OPTION…]    every one in full, one after the other
  ./dev bench list             their names

Exit codes: 0 all runs worked, 1 some failed, 2 what was asked for cannot be done.
"""

import importlib
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ORDER = ["fleet", "stop", "idle", "drain", "latency", "rpc", "ctl", "events", "config", "micro"]


def module_of(name):
    return importlib.import_module(f"{name}.run")


def run_one(name, words, is_first=True):
    from harness import program

    try:
        return program.run(name, module_of(name), words, is_first)
    except KeyboardInterrupt:
        program.say("interrupted; all children are ended")
        sys.exit(130)


def run_every(words):
    """Every benchmark in order, with progress and a total; 1 if one failed.

    The words must suit all of them: nobody waits for an hour to hear that the last one has no such option.
    """
    from harness import program

    began = time.monotonic()
    code = program.refusals(lambda: prepare_every(words))
    if code != 0:
        return code
    failed = [name for number, name in enumerate(ORDER, 1) if run_numbered(number, name, words) != 0]
    print(f"\n{len(ORDER)} benchmarks in {(time.monotonic() - began) / 60:.1f} minutes; "
          + (f"FAILED: {', '.join(failed)}" if failed else "all complete"))  # fmt: skip
    return 1 if failed else 0


def prepare_every(words):
    from harness import program
    from harness.refused import Refused

    for name in ORDER:
        given = program.prepare(name, module_of(name), words)
        if given.from_json or "--json" in [word.split("=")[0] for word in words]:
            raise Refused("--json and --from-json name the file of one benchmark, and this is about all")
    program.refuse_busy(given)
    return 0


def run_numbered(number, name, words):
    print(f"\n== {name} ({number} of {len(ORDER)}): {first_line(name)}\n", flush=True)
    start = time.monotonic()
    code = run_one(name, words, is_first=False)
    print(f"\n{name}: {time.monotonic() - start:.0f} s", flush=True)
    return code


def first_line(name):
    return module_of(name).__doc__.splitlines()[0]


def show_list():
    print(__doc__)
    for name in ORDER:
        print(f"  {name:8} {first_line(name)}")


def main():
    sys.path.insert(0, HERE)
    words = sys.argv[1:]
    name = words.pop(0) if words and not words[0].startswith("-") else ""
    if name in ORDER:
        return run_one(name, words)
    if name == "all":
        return run_every(words)
    show_list()
    if name == "":
        return run_every(["--quick", *words]) if not {"-h", "--help"} & set(words) else 0
    return 0 if name in ("list", "help") else 2


if __name__ == "__main__":
    sys.exit(main())

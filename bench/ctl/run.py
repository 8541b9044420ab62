#!/usr/bin/python3
"""Client benchmark: what one cold command costs, from fork to exit, beside Debian's supervisorctl.

Usually called by `./dev bench ctl`. Both clients ask the same daemon, ringmasterd with a fleet of small
children, in turns. Prints a Markdown table and writes all numbers as JSON.
"""

import argparse
import json
import os
import shutil
import signal
import statistics
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "bench", "fleet"))

import machine  # noqa: E402
import report  # noqa: E402
from peers import Fleet, Ringmaster  # noqa: E402
from scenario import Plan, Run  # noqa: E402
from stamps import Stamps  # noqa: E402

FLOOR = "floor (/bin/true)"
ACTIONS = ["status", "pid", "version", "help"]


def clients(bin_directory):
    """{name: program}; the first does nothing, which is what any program costs here."""
    return {
        FLOOR: "/bin/true",
        "ringmasterctl": os.path.join(bin_directory, "ringmasterctl"),
        "supervisorctl": "/usr/bin/supervisorctl",
    }


def run_client(program, config, action, output):
    """(wall ms, CPU ms) of one command."""
    words = [program, "-c", config, action]
    with open(output, "wb") as file:
        actions = [(os.POSIX_SPAWN_DUP2, file.fileno(), 1)]
        began = time.monotonic_ns()
        pid = os.posix_spawn(program, words, os.environ, file_actions=actions)
        _, status, used = os.wait4(pid, 0)
        wall = time.monotonic_ns() - began
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        raise RuntimeError(f"{program} {action} ended with {code}")
    return wall / 1e6, (used.ru_utime + used.ru_stime) * 1e3


def check_listing(path, children):
    """A time only counts if the whole fleet was printed."""
    with open(path, "rb") as file:
        shown = file.read().count(b" RUNNING ")
    if shown != children:
        raise RuntimeError(f"status showed {shown} of {children} children")


def measure_all(given, fleet, programs):
    """A list of runs; the clients take turns, so that a slow minute of the machine hits all."""
    config = os.path.join(fleet.directory, "client.conf")
    with open(config, "w", encoding="ascii") as file:
        file.write(f"[supervisorctl]\nserverurl=unix://{fleet.directory}/s.sock\n")
    output = os.path.join(fleet.directory, "output")
    runs = []
    for turn in range(given.repeat + 1):
        for action in ACTIONS:
            for name, program in programs.items():
                wall, cpu = run_client(program, config, action, output)
                if action == "status" and name != FLOOR:
                    check_listing(output, given.children)
                if turn > 0:  # the first round reads programs and libraries from the disk
                    runs.append({"action": action, "client": name, "wall_ms": wall, "cpu_ms": cpu})
    return runs


def measure(given):
    binaries = os.path.join(os.path.abspath(given.build), "bin")
    programs = {name: path for name, path in clients(binaries).items() if os.access(path, os.X_OK)}
    peer = Ringmaster(os.path.join(binaries, "ringmasterd"), "auto", "default engine")
    machine.raise_descriptor_limit(peer.descriptors(given.children, 1))
    with tempfile.TemporaryDirectory(prefix="ctl-") as work:
        fleet = Fleet(
            children=given.children, streams=1, directory=os.path.join(work, "run"), logs=os.path.join(work, "logs"),
            one_group=False, sleeper=os.path.join(binaries, "bench_sleeper"), stamps=os.path.join(work, "stamps"),
        )  # fmt: skip
        os.makedirs(fleet.directory)
        fleet.empty_logs()
        stamps = Stamps(fleet.stamps, given.children + 100, 1, 1, 0)
        try:
            run = Run(peer, fleet, Plan(0, 0, 0, 0), stamps)
            run.start()
            run.list_all()
            runs = measure_all(given, fleet, programs)
        finally:
            machine.end_all_children()
            stamps.close()
            shutil.rmtree(fleet.logs)
    return {
        "machine": machine.describe(tempfile.gettempdir()),
        "versions": {peer.product: peer.version()},
        "command": report.command_line("ctl"),
        "children": given.children,
        "runs": runs,
    }


def cell(runs, action, client, key):
    values = [run[key] for run in runs if (run["action"], run["client"]) == (action, client)]
    return f"{statistics.median(values):.2f} ({min(values):.2f}–{report.percentile(values, 99):.2f})"


def markdown(result):
    runs = result["runs"]
    names = list(dict.fromkeys(run["client"] for run in runs))
    rows = [
        [f"{action}, {words}"] + [cell(runs, action, name, key) for name in names]
        for action in ACTIONS
        for key, words in (("wall_ms", "ms"), ("cpu_ms", "ms of CPU"))
    ]
    lines = report.machine_lines(result)
    lines += ["", f"### One command on {result['children']:,} running children: median (lowest–99th percentile)", ""]
    return "\n".join(lines + report.table([""] + names, rows)) + "\n"


def parse_arguments():
    build = os.environ.get("RINGMASTER_BUILD", os.path.join(ROOT, "build", "release"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--children", type=int, default=1000, help="size of the fleet (default %(default)s)")
    add("--repeat", type=int, default=30, help="runs of each command (default %(default)s)")
    add("--quick", action="store_true", help="50 children, 3 runs: does everything work?")
    add("--build", default=build, help="build directory (default: $RINGMASTER_BUILD or build/release)")
    add("--write-docs", action="store_true", help="put the table into docs/performance.md")
    add("--json", help="file for all numbers (default: bench-ctl.json in the build directory)")
    given = parser.parse_args()
    if given.quick:
        given.children, given.repeat = 50, 3
    return given


def main():
    given = parse_arguments()
    machine.adopt_orphans()
    for signo in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signo, signal.default_int_handler)  # however we are ended, children go first
    result = measure(given)
    with open(given.json or os.path.join(given.build, "bench-ctl.json"), "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)
        file.write("\n")
    text = markdown(result)
    print(text, end="")
    if given.write_docs:
        report.write_into(os.path.join(ROOT, "docs", "performance.md"), "ctl", text)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)

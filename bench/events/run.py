#!/usr/bin/python3
"""Event benchmark: how many PROCESS_LOG events a second reach one listener.

Usually called by `./dev bench events`. Programs write short lines as events; one listener accepts
them. Debian's supervisord and ringmasterd take turns with the same configuration, the same writers
and the same listener (bench/event_peer.cpp). Prints a Markdown table.
"""

import argparse
import os
import pathlib
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "bench", "fleet"))

import machine  # noqa: E402
import report  # noqa: E402

CONFIG = """
[supervisord]
nodaemon=true
logfile={work}/main.log
pidfile={work}/main.pid
childlogdir={work}
loglevel=critical

[eventlistener:listener]
command={peer} listen {work}/count
events=PROCESS_LOG
buffer_size=1000
stdout_logfile=NONE
stderr_logfile=NONE
startsecs=0

[program:writer]
command={peer} write {pause}
process_name=%(process_num)d
numprocs={writers}
startsecs=0
stdout_logfile=NONE
stderr_logfile=NONE
stdout_events_enabled=true
"""


def counted(work):
    """How many events the listener has got."""
    try:
        return struct.unpack("q", pathlib.Path(work, "count").read_bytes())[0]
    except (OSError, struct.error):
        return 0


def wait_for_more(work, than, patience=60):
    end = time.monotonic() + patience
    while counted(work) <= than:
        if time.monotonic() > end:
            raise RuntimeError(f"no event in {patience} s")
        time.sleep(0.01)


def measure(words, given, peer):
    """Events a second, and CPU seconds of the daemon for a million of them."""
    with tempfile.TemporaryDirectory(prefix="events-") as work:
        config = os.path.join(work, "bench.conf")
        pathlib.Path(config).write_text(
            CONFIG.format(work=work, peer=peer, writers=given.writers, pause=given.pause)
        )
        daemon = subprocess.Popen(
            [*words, "-n", "-c", config], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            wait_for_more(work, 1000)
            begun, before, cpu = time.monotonic(), counted(work), machine.cpu_seconds(daemon.pid)
            time.sleep(given.seconds)
            events = counted(work) - before
            rate = events / (time.monotonic() - begun)
            return rate, (machine.cpu_seconds(daemon.pid) - cpu) / events * 1e6
        finally:
            daemon.send_signal(signal.SIGTERM)
            daemon.wait()
            machine.end_all_children()


def parse_arguments():
    build = os.environ.get("RINGMASTER_BUILD", os.path.join(ROOT, "build", "release"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--writers", type=int, default=4, help="programs that write (default %(default)s)")
    add("--pause", type=int, default=100, help="microseconds between two lines of each (default %(default)s)")
    add("--seconds", type=float, default=5, help="length of a measurement (default %(default)s)")
    add("--repeat", type=int, default=3, help="runs of each daemon (default %(default)s)")
    add("--quick", action="store_true", help="one short run: does everything work?")
    add("--build", default=build, help="build directory (default: $RINGMASTER_BUILD or build/release)")
    given = parser.parse_args()
    if given.quick:
        given.seconds, given.repeat = 1, 1
    return given


def main():
    given = parse_arguments()
    machine.adopt_orphans()
    binaries = os.path.join(os.path.abspath(given.build), "bin")
    daemons = {"ringmasterd": [os.path.join(binaries, "ringmasterd")], "supervisord": ["/usr/bin/supervisord"]}
    runs = {name: [] for name in daemons}
    for _ in range(given.repeat):
        for name, words in daemons.items():
            runs[name].append(measure(words, given, os.path.join(binaries, "bench_event_peer")))
    rates = {name: statistics.median(rate for rate, _ in found) for name, found in runs.items()}
    costs = {name: statistics.median(cost for _, cost in found) for name, found in runs.items()}
    rows = [
        [name, f"{rates[name]:,.0f}", f"{rates[name] / rates['supervisord']:.1f}", f"{costs[name]:,.1f}"]
        for name in daemons
    ]
    print("\n".join(report.table(["", "events/s", "times Supervisor's", "CPU µs an event"], rows)))
    return 0


if __name__ == "__main__":
    sys.exit(main())

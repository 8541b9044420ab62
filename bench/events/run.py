#!/usr/bin/python3
"""Event benchmark: how many PROCESS_LOG events a second one listener accepts.

Usually called by `./dev bench events`. Programs write lines of 100 bytes as fast as they are taken;
each line becomes one event, and one listener accepts them all. Beside the writers there are programs
that only sleep: 10, 1,000 and 5,000 of them. Debian's supervisord and ringmasterd take turns with
the same configuration, the same writers and the same listener (bench/event_peer.cpp); the floor
plays the supervisor's half of the conversation with that listener and does nothing else.

What is counted: events that the listener has accepted, each with one line. A line is a packet of its
own in its pipe, so that no supervisor can put two into one event; and the writers wait while
WINDOW lines are on their way, fewer than the listener's buffer holds, so that none is ever dropped.
A supervisor that loses one, or merges two, ends the run with an error.
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

WINDOW = 500  # lines on their way
START_PATIENCE = 300  # seconds; Supervisor takes a minute for thousands of programs

CONFIG = """
[supervisord]
nodaemon=true
logfile={work}/main.log
pidfile={work}/main.pid
childlogdir={work}
loglevel=critical

[eventlistener:listener]
command={peer} listen {work}/state
events=PROCESS_LOG
buffer_size=1000
stdout_logfile={listener_log}
stderr_logfile=NONE
startsecs=0

[program:idle]
command={peer} idle
process_name=%(process_num)d
numprocs={idle}
priority=1
startsecs=0
redirect_stderr=true
stdout_logfile=NONE

[program:writer]
command={peer} write {work}/state {window}
process_name=%(program_name)s_%(process_num)d
numprocs={writers}
startsecs=0
redirect_stderr=true
stdout_logfile=NONE
stdout_events_enabled=true
"""


def numbers(work):
    """How many events the listener has got, and how many lines were written."""
    try:
        return struct.unpack("QQ", pathlib.Path(work, "state").read_bytes())
    except (OSError, struct.error):
        return 0, 0


def wait_for_more(work, than, patience):
    end = time.monotonic() + patience
    while numbers(work)[0] <= than:
        if time.monotonic() > end:
            raise RuntimeError(f"no event in {patience} s")
        time.sleep(0.01)


def measure(words, seconds):
    """Events a second, and CPU microseconds of the supervisor for each."""
    with tempfile.TemporaryDirectory(prefix="events-") as work:
        peer = subprocess.Popen(
            words(work), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            wait_for_more(work, 100, START_PATIENCE)
            begun, before, cpu = time.monotonic(), numbers(work)[0], machine.cpu_seconds(peer.pid)
            time.sleep(seconds)
            events = numbers(work)[0] - before
            rate = events / (time.monotonic() - begun)
            used = machine.cpu_seconds(peer.pid) - cpu
            wait_for_more(work, before + events, 60)
            delivered, written = numbers(work)
            if written and written - delivered > 2 * WINDOW:
                raise RuntimeError(f"{written} lines, but {delivered} events")
            return rate, used / events * 1e6
        finally:
            peer.send_signal(signal.SIGKILL)
            peer.wait()
            machine.end_all_children()


def peers(given, idle):
    """The peers by name; each a function from a directory to the words of its command."""
    binaries = os.path.join(os.path.abspath(given.build), "bin")
    helper = os.path.join(binaries, "bench_event_peer")

    def supervisor(program):
        def words(work):
            log = os.path.join(work, "listener.log") if given.log else "NONE"
            text = CONFIG.format(
                work=work, peer=helper, idle=idle, writers=given.writers, window=WINDOW, listener_log=log
            )
            config = pathlib.Path(work, "bench.conf")
            config.write_text(text)
            return [program, "-n", "-c", str(config)]

        return words

    return {
        "floor": lambda work: [helper, "floor", os.path.join(work, "state")],
        "ringmasterd": supervisor(os.path.join(binaries, "ringmasterd")),
        "Supervisor": supervisor("/usr/bin/supervisord"),
    }


def compare(given, idle):
    """One row for each peer."""
    runs = {}
    for turn in range(given.repeat):
        for name, words in peers(given, idle).items():
            if name in given.peers and (name != "Supervisor" or idle < 1000 or turn == 0):
                runs.setdefault(name, []).append(measure(words, given.seconds))
    rates = {name: statistics.median(rate for rate, _ in found) for name, found in runs.items()}
    costs = {name: statistics.median(cost for _, cost in found) for name, found in runs.items()}

    def ratio(name, other, digits):
        return f"{rates[name] / rates[other]:,.{digits}f}" if other in rates else "–"

    def row(name):
        return [f"{idle:,}", name, f"{rates[name]:,.0f}", ratio(name, "floor", 2), ratio(name, "Supervisor", 1)]

    return [row(name) + [f"{costs[name]:,.1f}"] for name in runs]


def parse_arguments():
    build = os.environ.get("RINGMASTER_BUILD", os.path.join(ROOT, "build", "release"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--idle", type=int, nargs="+", default=[10, 1000, 5000], help="programs that only sleep (default %(default)s)")
    add("--writers", type=int, default=4, help="programs that write (default %(default)s)")
    add("--peers", nargs="+", default=["floor", "ringmasterd", "Supervisor"], help="which (default: all)")
    add("--log", action="store_true", help="the listener's stdout has a log file, as it has by default")
    add("--seconds", type=float, default=5, help="length of a measurement (default %(default)s)")
    add("--repeat", type=int, default=3, help="runs of each peer; of Supervisor with 1,000 idle programs or more: one")
    add("--quick", action="store_true", help="one short run with 10 idle programs: does everything work?")
    add("--build", default=build, help="build directory (default: $RINGMASTER_BUILD or build/release)")
    given = parser.parse_args()
    if given.quick:
        given.idle, given.seconds, given.repeat = [10], 1, 1
    return given


def main():
    given = parse_arguments()
    machine.adopt_orphans()
    machine.raise_descriptor_limit(10 * max(given.idle) + 1000)
    rows = [row for idle in given.idle for row in compare(given, idle)]
    head = ["idle programs", "", "events/s", "times the floor's", "times Supervisor's", "CPU µs an event"]
    print("\n".join(report.table(head, rows)))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Events: how many PROCESS_LOG events a second one listener accepts.

Programs write lines of 100 bytes as fast as they are taken; each line becomes one event, and one
listener accepts them all. Beside the writers there are programs that only sleep. All peers have the
same configuration, the same writers and the same listener (bench/event_peer.cpp); the floor plays the
supervisor's half of the conversation with that listener and does nothing else.

What is counted: events that the listener has accepted, each with one line. A line is a packet of its
own in its pipe, so that no supervisor can put two into one event; and the writers wait while
WINDOW lines are on their way, fewer than the listener's buffer holds, so that none is ever dropped.
A supervisor that loses one, or merges two, ends the run with an error.
"""

import os
import pathlib
import struct
import tempfile
import time

from harness import machine, peers
from harness.fleet_run import Broken, must_run
from harness.options import add_peers_option, at_least, numbers_of, seconds
from harness.program import in_turns
from harness.results import Measure
from harness.sizes import plan_counts
from harness.stamps import wait_until

MEASURES = [
    Measure("events_per_s", "events", "per s", 0, more_is_better=True, chart=True),
    Measure("cpu_us", "CPU of the supervisor, an event", "µs", 1),
]
DESCRIPTORS = 3  # of the daemon, for a program: its pidfd, stdin and stdout
WINDOW = 500  # lines on their way
START_PATIENCE = 300  # seconds; Supervisor takes a minute for thousands of programs
SLOW_FROM = 1000  # idle programs; from there on Supervisor runs once

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


def add_options(add):
    add_peers_option(add)
    add("--idle", type=numbers_of, default=[10, 1000, 5000],
        help="programs that only sleep (default 10,1000,5000)")  # fmt: skip
    add("--writers", type=at_least(1), default=4, help="programs that write (default %(default)s)")
    add("--log", action="store_true", help="the listener's stdout has a log file, as it has by default")
    add("--seconds", type=seconds, default=3, help="length of a measurement (default %(default)s)")


def quick(given):
    given.idle, given.seconds = [10], min(given.seconds, 1)


def state(work):
    """How many events the listener has got, and how many lines were written."""
    try:
        return struct.unpack("QQ", pathlib.Path(work, "state").read_bytes())
    except (OSError, struct.error):
        return 0, 0


def wait_for_more(peer, work, than, patience):
    def more():
        must_run(peer, work, "an event")
        return state(work)[0] > than

    wait_until(more, patience, "an event", 0.01)


def run_once(command, duration, work):
    """Events a second, and CPU microseconds of the supervisor for each."""
    peer = machine.start_quietly(command, work)
    wait_for_more(peer, work, 100, START_PATIENCE)
    began, before, cpu = time.monotonic(), state(work)[0], machine.cpu_seconds(peer.pid)
    time.sleep(duration)
    events = state(work)[0] - before
    if events == 0:
        raise Broken(f"no event within {duration} s")
    rate = events / (time.monotonic() - began)
    used = machine.cpu_seconds(peer.pid) - cpu
    wait_for_more(peer, work, before + events, 60)
    delivered, written = state(work)
    if written and written - delivered > 2 * WINDOW:
        raise Broken(f"{written} lines, but {delivered} events")
    return {"events_per_s": rate, "cpu_us": used / events * 1e6}


def commands(bench, idle):
    """The peers by name; each a function from a directory to the words of its command."""
    given, helper = bench.given, bench.program("bench_event_peer")

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
        "ringmasterd": supervisor(bench.program("ringmasterd")),
        "Supervisor": supervisor("/usr/bin/supervisord"),
    }


def measure(bench):
    given = bench.given
    bench.tell_versions(peers.references(bench))
    sizes = plan_counts(bench, given.idle, lambda idle: DESCRIPTORS * (idle + given.writers) + 200, "idle programs")
    for idle in sizes:
        able = commands(bench, idle)
        chosen = [(name, able[name]) for name in bench.asked_for(list(able))]
        for turn, (name, words) in in_turns(chosen, given.repeat):
            if name == "Supervisor" and idle >= SLOW_FROM and turn > 0:
                continue
            work = tempfile.mkdtemp(dir=bench.work)
            bench.attempt(f"{idle:,} idle programs", name,
                          lambda: run_once(words(work), given.seconds, work))  # fmt: skip

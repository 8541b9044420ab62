"""One run of one peer with one fleet: start, list, idle, kill and restart, drain, stop, from outside.

Benchmarks call the steps they need, in that order. The steps and what each number means are described
in docs/performance.md; a number is only reported if what it stands for was complete.
"""

import contextlib
import os
import random
import select
import shutil
import signal
import time

from harness import machine
from harness.peers.peer import Fleet
from harness.stamps import Stamps, TimedOut, wait_until

STEP_SECONDS = 300  # patience with one step of a slow peer
RESTART_SECONDS = 30
KILLING_SECONDS = 10  # then a peer that takes a second for each restart has been killed often enough


class Broken(Exception):
    """A peer did not do what the step asks for, so there is no number."""


def must_run(process, directory, what):
    """Raises Broken if a supervisor that was started quietly in that directory has ended."""
    if process.poll() is not None:
        raise Broken(f"{what}: the supervisor ended with code {process.returncode}{machine.last_words(directory)}")


class Plan:
    """How much of everything."""

    def __init__(self, kills, burst_bytes, idle_seconds, seed):
        self.kills = kills
        self.burst_bytes = burst_bytes
        self.idle_seconds = idle_seconds
        self.seed = seed


class Cost:
    """CPU time of a peer's processes, step by step."""

    def __init__(self, peer, main):
        self._peer = peer
        self._main = main
        self._last = 0.0

    def step(self):
        """CPU seconds since the previous call."""
        total = sum(machine.cpu_seconds(pid) for pid in self._peer.pids(self._main))
        spent, self._last = total - self._last, total
        return spent

    def switches(self):
        """(waits, preemptions) so far."""
        pairs = [machine.switches(pid) for pid in self._peer.pids(self._main)]
        return sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)

    def descriptors(self):
        return sum(machine.open_descriptors(pid) for pid in self._peer.pids(self._main))

    def pss_kib(self):
        return sum(machine.pss_kib(pid) for pid in self._peer.pids(self._main))


def fleet_alone(bench, children, streams, one_group=False):
    """A fleet that has the machine for itself; its logs stay for the next one of that size."""
    pages = "/dev/shm" if os.access("/dev/shm", os.W_OK) else bench.work
    return Fleet(
        children=children,
        streams=streams,
        directory=os.path.join(bench.work, "run"),
        logs=os.path.join(bench.work, f"logs-{children}"),
        one_group=one_group,
        sleeper=bench.program("bench_sleeper"),
        stamps=os.path.join(pages, f"{bench.name}-stamps-{os.getpid()}"),
    )


@contextlib.contextmanager
def prepared(peer, fleet, lives, *of_stamps):
    """The stamps of a fleet whose directory is there; afterwards no process, directory or page is."""
    os.makedirs(fleet.directory)
    stamps = Stamps(fleet.stamps, lives, *of_stamps)
    try:
        yield stamps
    finally:
        machine.end_all_children()
        peer.tidy(fleet)
        stamps.close()
        shutil.rmtree(fleet.directory)


class Run:
    """One run: the fleet, its main process, and the numbers so far."""

    def __init__(self, peer, fleet, plan, stamps):
        self.peer = peer
        self.fleet = fleet
        self.plan = plan
        self.stamps = stamps
        self.numbers = {}
        self.began_ns = time.monotonic_ns()
        self.main = peer.start(fleet)
        self.cost = Cost(peer, self.main)
        self._idle_since = None

    def wait_until(self, condition, seconds, what):
        def unless_ended():
            must_run(self.main, self.fleet.directory, what)
            return condition()

        return wait_until(unless_ended, seconds, what)

    def start(self):
        wanted = self.fleet.children
        self.wait_until(lambda: len(self.stamps.lives()) >= wanted, STEP_SECONDS, "start")
        last_ns = max(life.greeted_ns for life in self.stamps.lives())
        self.numbers["start_s"] = (last_ns - self.began_ns) / 1e9
        self.numbers["start_cpu_s"] = self.cost.step()

    def list_all(self):
        def everything_runs():
            try:
                listing = self.peer.list(self.fleet, STEP_SECONDS)
            except OSError:
                return None  # not listening yet
            return listing if listing.running == self.fleet.children else None

        if not self.peer.can_list:
            return
        listing = self.wait_until(everything_runs, STEP_SECONDS, "all RUNNING")
        self.numbers["running_s"] = (listing.ended_ns - self.began_ns) / 1e9
        self.numbers["list_s"] = listing.seconds
        list_cpu = self.cost.step()
        if self.peer.one_process:  # else the work was its client's
            self.numbers["list_cpu_s"] = list_cpu

    def idle(self):
        time.sleep(0.3)
        self.weigh()
        self.begin_idling()
        time.sleep(self.plan.idle_seconds)
        self.end_idling()

    def weigh(self):
        self.numbers["start_pss_kib_per_child"] = self.cost.pss_kib() / self.fleet.children
        self.numbers["descriptors_per_child"] = self.cost.descriptors() / self.fleet.children

    def begin_idling(self):
        self.cost.step()
        self._idle_since = (time.monotonic(), *self.cost.switches())

    def end_idling(self):
        """To be called when the time is over; until then nobody may talk to the peer."""
        began, waits, preemptions = self._idle_since
        seconds = time.monotonic() - began
        self.numbers["idle_cpu_ms_per_s"] = self.cost.step() * 1e3 / seconds
        waits_now, preemptions_now = self.cost.switches()
        self.numbers["idle_wakeups_per_s"] = (waits_now - waits) / seconds
        self.numbers["idle_preemptions_per_s"] = (preemptions_now - preemptions) / seconds

    def kill_some(self):
        chance = random.Random(self.plan.seed)
        children = range(self.fleet.children)
        victims = chance.sample(children, min(self.plan.kills, len(children)))
        latencies = []
        began = time.monotonic()
        for victim in victims:
            if time.monotonic() - began > KILLING_SECONDS:
                break
            latencies.append(self._kill(victim))
            time.sleep(chance.uniform(0.005, 0.025))
        self.numbers["restart_ms"] = latencies
        self.numbers["restart_cpu_ms"] = self.cost.step() * 1e3 / len(latencies)

    def _kill(self, victim):
        """Milliseconds from SIGKILL to the first instruction of the successor."""
        before = len(self.stamps.lives())
        pid = self.stamps.latest()[victim].pid
        killed_ns = time.monotonic_ns()
        os.kill(pid, signal.SIGKILL)

        def successor():
            newer = self.stamps.lives()[before:]
            return next((life for life in newer if life.child == victim), None)

        life = self.wait_until(successor, RESTART_SECONDS, "restart")
        return (life.born_ns - killed_ns) / 1e6

    def drain(self):
        if not self.peer.keeps_logs:
            return
        latest = self.stamps.latest().values()
        began_ns = time.monotonic_ns()
        for life in latest:
            os.kill(life.pid, signal.SIGUSR1)
        self.wait_until(
            lambda: self.stamps.drained() == self.fleet.children, STEP_SECONDS, "writing a burst"
        )
        self.numbers["drain_s"] = (self._logs_complete_ns() - began_ns) / 1e9
        total = self.plan.burst_bytes * self.fleet.children
        self.numbers["drain_mb_per_s"] = total / 1e6 / self.numbers["drain_s"]
        time.sleep(0.1)
        self.numbers["drain_cpu_s_per_gb"] = self.cost.step() / total * 1e9
        self.numbers["drain_pss_kib_per_child"] = self.cost.pss_kib() / self.fleet.children
        self.cost.step()

    def _logs_complete_ns(self):
        """When all logs hold every byte; more bytes than were written are an error."""
        wanted = {child: self.plan.burst_bytes for child in range(self.fleet.children)}
        for life in self.stamps.lives():
            wanted[life.child] += len(f"ready {life.child}\n")

        def complete():
            for child in list(wanted):
                size = self.fleet.logged_bytes(child)
                if size > wanted[child]:
                    raise Broken(f"log of {child}: {size} bytes, {wanted[child]} were written")
                if size < wanted[child]:
                    return None
                del wanted[child]
            return time.monotonic_ns()

        return self.wait_until(complete, STEP_SECONDS, "logs complete")

    def stop(self):
        pidfd = os.pidfd_open(self.main.pid)
        try:
            began_ns = time.monotonic_ns()
            self.peer.stop(self.main)
            _wait_readable(pidfd, STEP_SECONDS)
            self.numbers["stop_s"] = (time.monotonic_ns() - began_ns) / 1e9
        finally:
            os.close(pidfd)
        if self.peer.one_process:
            self.numbers["stop_cpu_s"] = self.cost.step()  # of the zombie: not yet reaped
        if self.peer.outlived:
            self._wait_for_the_others(began_ns)
        left = sum(machine.is_alive(life.pid) for life in self.stamps.lives())
        if left:
            raise Broken(f"stop: {left} children were left behind")
        code = self.main.wait()
        if code != self.peer.stopped_code:
            raise Broken(f"stop: exit code {code}{machine.last_words(self.fleet.directory)}")

    def _wait_for_the_others(self, began_ns):
        """Where the main process exits first, stopping ends with the last of its children."""
        self.main.wait()
        if not machine.wait_for_all_children(STEP_SECONDS):
            raise TimedOut(f"stop: not within {STEP_SECONDS} s")
        self.numbers["stop_s"] = (time.monotonic_ns() - began_ns) / 1e9


def _wait_readable(pidfd, seconds):
    poller = select.poll()
    poller.register(pidfd, select.POLLIN)
    if not poller.poll(seconds * 1000):
        raise TimedOut(f"stop: not within {seconds} s")

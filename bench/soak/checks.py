"""What must hold, seen from outside: processes, states, logs, memory and descriptors."""

import os
import signal
import time

from harness import machine
from soak.daemon import Wrong, running
from soak.page import LogReader

PATIENCE = 120
STOPPED, RUNNING = 0, 20
SHOWN = 5  # differences in a message


class Checks:
    def __init__(self, fleet, daemon, lives, program, page):
        self._fleet = fleet
        self._daemon = daemon
        self._lives = lives
        self._program = program
        self._page = page
        self._readers = {child: LogReader(lives, child) for child in fleet.children}
        self.bytes_read = 0

    # -- processes and states

    def nobody_runs_twice(self):
        for child, pids in running(self._program, self._page).items():
            if len(pids) > 1:
                # Two successive lives may both have been met while /proc was read.
                again = running(self._program, self._page).get(child, [])
                if len(set(pids) & set(again)) > 1:
                    raise Wrong(f"child {child} runs more than once: {pids}")

    def settle(self):
        """Waits until every program runs exactly once that should, and all states say so."""
        deadline = time.monotonic() + PATIENCE
        while True:
            self._daemon.must_run()
            wrong = self._differences()
            if not wrong:
                return
            if time.monotonic() > deadline:
                raise Wrong(f"after {PATIENCE} s {len(wrong)} differences: " + "; ".join(wrong[:SHOWN]))
            time.sleep(0.3)

    def _differences(self):
        """What is not as wanted, between three views: the wanted, the API's, and /proc."""
        told = {f"{info['group']}:{info['name']}": info for info in self._daemon.ask("supervisor.getAllProcessInfo")}
        there = running(self._program, self._page)
        wrong = []
        for group in (group for group in self._fleet.groups if group.present):
            for child in group.children:
                info = told.pop(group.process(child), None)
                wrong += self._child_differences(child, group.wanted[child], info, there.pop(child, []))
        wrong += [f"{name} is listed" for name in told]
        return wrong + [f"child {child} runs as {pids}" for child, pids in there.items()]

    def _child_differences(self, child, wanted, info, pids):
        if info is None:
            return [f"child {child} is not listed"]
        state, pid = info["state"], info["pid"]
        if wanted and (state, pids) == (RUNNING, [pid]):
            return []
        if not wanted and (state, pid, pids) == (STOPPED, 0, []):
            return []
        should = "run" if wanted else "be stopped"
        return [f"child {child} should {should}: {info['statename']}, pid {pid}, processes {pids}"]

    # -- cost

    def cost(self):
        """(PSS KiB, descriptors) of the daemon."""
        pid = self._daemon.process.pid
        return machine.pss_kib(pid), machine.open_descriptors(pid)

    # -- logs

    def wait_quiet(self):
        """Waits until nobody writes: a rotation by the daemon and one by us would collide."""
        before, deadline = -1, time.monotonic() + PATIENCE
        while (size := self._log_bytes()) != before:
            if time.monotonic() > deadline:
                raise Wrong("the logs grow without end")
            before = size
            time.sleep(0.5)

    def _log_bytes(self):
        with os.scandir(self._fleet.logs) as entries:
            return sum(entry.stat().st_size for entry in entries)

    def rotate_and_read(self):
        """As logrotate does: moves all logs, has them reopened, and reads what was moved.

        Only when all is quiet.
        """
        for child in self._fleet.children:
            os.rename(self._fleet.log(child), self._fleet.log(child) + ".moved")
        self._daemon.process.send_signal(signal.SIGUSR2)
        deadline = time.monotonic() + PATIENCE
        for child in self._fleet.children:
            while not os.path.exists(self._fleet.log(child)):
                self._daemon.must_run()
                if time.monotonic() > deadline:
                    raise Wrong(f"SIGUSR2: {self._fleet.log(child)} was not reopened in {PATIENCE} s")
                time.sleep(0.01)
        self._read_all(".moved")

    def read_the_rest(self):
        """After the end: every line of every life must have come."""
        self._read_all("")
        for reader in self._readers.values():
            try:
                reader.finish()
            except ValueError as problem:
                raise Wrong(str(problem)) from None

    def _backups(self):
        """{log: what the daemon has rotated away, oldest first}."""
        found = {}
        for name in os.listdir(self._fleet.logs):
            log, _, number = name.rpartition(".")
            if number.isdigit():
                found.setdefault(os.path.join(self._fleet.logs, log), []).append(int(number))
        return {log: [f"{log}.{number}" for number in sorted(numbers, reverse=True)] for log, numbers in found.items()}

    def _read_all(self, ending):
        """Reads and removes all logs, and what the daemon has rotated away."""
        self._lives.refresh()
        backups = self._backups()
        for child in self._fleet.children:
            log = self._fleet.log(child)
            for path in [*backups.get(log, []), log + ending]:
                self._read(child, path)

    def _read(self, child, path):
        with open(path, "rb") as file:
            text = file.read()
        self.bytes_read += len(text)
        try:
            self._readers[child].feed(text)
        except ValueError as problem:
            raise Wrong(f"{problem} ({path})") from None
        os.unlink(path)

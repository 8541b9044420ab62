"""Control traffic beside the chaos: calls whose answers can be checked although everything moves."""

import random
import threading
import time
import xmlrpc.client

from soak.daemon import Wrong

STATES = {0: "STOPPED", 10: "STARTING", 20: "RUNNING", 30: "BACKOFF", 40: "STOPPING", 100: "EXITED", 200: "FATAL"}
UNKNOWN_METHOD, BAD_NAME = 1, 10
NO_FILE = 20  # it has been moved away, and is not reopened yet

LIST_PAUSE = 20  # seconds between lists: reading thousands of entries holds up the chaos


class Traffic(threading.Thread):
    """Asks until stop(); `wrong` is the first thing that was answered wrongly."""

    def __init__(self, seed, fleet, daemon):
        super().__init__(daemon=True)
        self._chance = random.Random(seed)
        self._fleet = fleet
        self._daemon = daemon
        self._ended = threading.Event()
        self.wrong = None
        self.calls = 0
        self._next_list = 0.0

    def stop(self):
        self._ended.set()
        self.join()

    def run(self):
        questions = {self._state: 20, self._one: 30, self._log: 10, self._all: 2, self._nonsense: 5,
                     self._status: 1}  # fmt: skip
        while not self._ended.wait(self._chance.uniform(0, 0.02)):
            (question,) = self._chance.choices(list(questions), questions.values())
            try:
                question()
            except (Wrong, KeyError, xmlrpc.client.Fault) as problem:
                self.wrong = f"{question.__name__}: {problem!r}"
                return
            self.calls += 1

    def _state(self):
        answer = self._daemon.ask("supervisor.getState")
        if answer != {"statecode": 1, "statename": "RUNNING"}:
            raise Wrong(f"getState: {answer}")

    def _any(self):
        child = self._chance.choice(self._fleet.children)
        return child, self._fleet.group_of(child)

    def _ask_about(self, method, *more, allowed=()):
        """The answer about any child; None for an allowed fault, or where its group comes or goes."""
        child, group = self._any()
        changes, present = group.changes, group.present
        try:
            return child, self._daemon.ask(method, group.process(child), *more)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode in allowed:
                return child, None
            moved = group.changes != changes or changes % 2 == 1
            if fault.faultCode != BAD_NAME or (present and not moved):
                raise
            return child, None

    def _one(self):
        child, info = self._ask_about("supervisor.getProcessInfo")
        if info:
            self._check_info(info, child)

    def _check_info(self, info, child):
        group = self._fleet.group_of(child)
        state, pid = info["state"], info["pid"]
        right = (
            (info["group"], info["name"]) == tuple(group.process(child).split(":"))
            and STATES.get(state) == info["statename"]
            and info["logfile"] == info["stdout_logfile"] == self._fleet.log(child)
            and (pid > 0 if state in (20, 40) else True)
            and (pid == 0 if state in (0, 30, 100, 200) else True)
            and info["start"] <= info["now"]
        )
        if not right:
            raise Wrong(f"getProcessInfo of child {child}: {info}")

    def _log(self):
        child, text = self._ask_about("supervisor.readProcessStdoutLog", -2000, 0, allowed={NO_FILE})
        start = f"{child} "
        for line in (text or "").split("\n")[1:-1]:
            if not line.startswith(start):
                raise Wrong(f"log of child {child}: {line[:80]!r}")

    def _all(self):
        if time.monotonic() < self._next_list:
            return
        self._next_list = time.monotonic() + LIST_PAUSE
        before = [(group.changes, group.present) for group in self._fleet.groups]
        infos = self._daemon.ask("supervisor.getAllProcessInfo")
        for info in infos:
            self._check_info(info, int(info["name"].rpartition("_")[2]))
        names = [(info["group"], info["name"]) for info in infos]
        if len(set(names)) != len(names):
            raise Wrong("getAllProcessInfo: a process is listed twice")
        still = [(group.changes, group.present) for group in self._fleet.groups] == before
        if still and all(changes % 2 == 0 for changes, _ in before):
            # What was there before the question: by now it may be moving again.
            there = [present for _, present in before]
            wanted = sum(len(group.children) for group, present in zip(self._fleet.groups, there) if present)
            if len(infos) != wanted:
                raise Wrong(f"getAllProcessInfo: {len(infos)} processes of {wanted}")

    def _nonsense(self):
        for method, parameters, code in (
            ("supervisor.noSuchMethod", (), UNKNOWN_METHOD),
            ("supervisor.getProcessInfo", ("no:such",), BAD_NAME),
            ("supervisor.startProcess", ("g0:none",), BAD_NAME),
        ):
            got = self._daemon.fault_of(method, *parameters)
            if got != code:
                raise Wrong(f"{method}: fault {got} instead of {code}")

    def _status(self):
        self._daemon.run_client("pid")

"""What happens to the fleet: deaths, floods, commands, changes of the configuration.

One step at a time, chosen by a seeded generator; after each step the fleet knows what should be
running.
"""

import signal

from harness import machine
from soak.daemon import Wrong

NOT_RUNNING = 70
STOPPED = 0


class Chaos:
    def __init__(self, chance, fleet, daemon, lives, program):
        self._chance = chance
        self._fleet = fleet
        self._daemon = daemon
        self._lives = lives
        self._name = program.rsplit("/", 1)[-1][:15]
        self._steps = {
            self.kill: 30, self.hang_up: 10, self.burst: 30, self.flood: 8, self.signal_by_api: 4,
            self.stop_some: 6, self.start_some: 8, self.restart_group: 2,
            self.change: 3, self.remove: 2, self.add: 4,
        }  # fmt: skip
        self.done = {step.__name__: 0 for step in self._steps}

    def step(self):
        (chosen,) = self._chance.choices(list(self._steps), self._steps.values())
        self.done[chosen.__name__] += 1
        chosen()

    # -- signals

    def _some(self, most):
        return self._chance.sample(self._fleet.children, self._chance.randint(1, min(most, len(self._fleet.children))))

    def _send(self, children, signo):
        self._lives.refresh()
        for child in children:
            life = self._lives.latest(child)
            if life:
                machine.signal_named(life.pid, self._name, signo)

    def kill(self):
        self._send(self._some(50), signal.SIGKILL)

    def hang_up(self):
        self._send(self._some(20), signal.SIGHUP)

    def burst(self):
        self._send(self._some(100), signal.SIGUSR1)

    def flood(self):
        self._send(self._some(3), signal.SIGUSR2)

    def signal_by_api(self):
        for child in self._some(5):
            group = self._fleet.group_of(child)
            if group.present and group.wanted[child]:
                self._expect({0, NOT_RUNNING}, "supervisor.signalProcess", group.process(child), "USR1")

    # -- commands

    def _expect(self, allowed, method, *parameters):
        code = self._daemon.fault_of(method, *parameters)
        if code not in allowed:
            raise Wrong(f"{method}{parameters}: fault {code}")
        return code

    def stop_some(self):
        wait = self._chance.random() < 0.5
        for child in self._some(10):
            group = self._fleet.group_of(child)
            if not group.present or not group.wanted[child]:
                continue
            # Not running: it has just died, and starts again.
            if self._expect({0, NOT_RUNNING}, "supervisor.stopProcess", group.process(child), wait) == 0:
                group.wanted[child] = False

    def start_some(self):
        stopped = [(group, child) for group in self._fleet.groups if group.present
                   for child in group.children if not group.wanted[child]]  # fmt: skip
        for group, child in self._chance.sample(stopped, min(len(stopped), 20)):
            name = group.process(child)
            if self._daemon.ask("supervisor.getProcessInfo", name)["state"] == STOPPED:
                self._expect({0}, "supervisor.startProcess", name)
                group.wanted[child] = True  # else nobody waited for its stop, which is not over

    def restart_group(self):
        group = self._chance.choice(self._fleet.groups)
        if group.present and all(group.wanted.values()):
            self._daemon.ask("supervisor.stopProcessGroup", group.name)
            self._daemon.ask("supervisor.startProcessGroup", group.name)

    # -- configuration

    def _update(self, changes, present=True):
        """{group: what `update` is to say about it}, and whether these groups are there afterwards."""
        if not changes:
            return
        for group in changes:
            group.changes += 1
        # Only now: whoever asks meanwhile must not take the new state for one that holds already.
        for group in changes:
            group.present = present
            self._fleet.write(group)
            group.wanted = dict.fromkeys(group.children, True)
        try:
            said = self._daemon.run_client("update").splitlines()
        finally:
            for group in changes:
                group.changes += 1
        expected = [f"{group.name}: {word}" for group, words in changes.items() for word in words]
        if sorted(said) != sorted(expected):
            raise Wrong(f"update said {said[:6]}, not {expected[:6]}")

    def _groups(self, present):
        found = [group for group in self._fleet.groups if group.present == present]
        return self._chance.sample(found, min(len(found), self._chance.randint(1, 3)))

    def change(self):
        groups = self._groups(True)
        for group in groups:
            group.revision += 1
        self._update({group: ["stopped", "updated process group"] for group in groups})

    def remove(self):
        groups = self._groups(True)
        if len([group for group in self._fleet.groups if group.present]) <= len(groups):
            return
        self._update({group: ["stopped", "removed process group"] for group in groups}, present=False)

    def add(self):
        self.bring_back(self._groups(False))

    def bring_back(self, groups):
        self._update({group: ["added process group"] for group in groups})

    def restore(self):
        """Everything is there and should run."""
        self.bring_back([group for group in self._fleet.groups if not group.present])
        for group in self._fleet.groups:
            if not all(group.wanted.values()):
                self._daemon.ask("supervisor.startProcessGroup", group.name)
                group.wanted = dict.fromkeys(group.children, True)

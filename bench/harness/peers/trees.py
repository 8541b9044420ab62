"""runit and s6: a process for each child that watches it.

Their children write their logs themselves, so no byte goes through the supervisor: what moving
output costs is measured with the loggers of both, by the drain benchmark.
"""

import os
import shlex
import shutil
import signal

from harness import machine
from harness.peers.peer import Peer, list_by_command


class Tree(Peer):
    """A directory of services, each with a script `run`."""

    keeps_logs = False
    can_list = True
    slow = True
    one_process = False
    program = ""
    lister = ""

    def missing(self):
        return "" if shutil.which(self.program) else f"{self.program} not found"

    def descriptors(self, children, streams):
        return 200

    def processes(self, children):
        return 2 * children + 10

    def services(self, fleet):
        return os.path.join(fleet.directory, "services")

    def write_services(self, fleet):
        """The scripts; returns the directory that holds their directories."""
        services = self.services(fleet)
        for child in range(fleet.children):
            directory = os.path.join(services, f"c{child}")
            os.makedirs(directory)
            path = os.path.join(directory, "run")
            words = shlex.join([fleet.sleeper, fleet.stamps, str(child)])
            with open(path, "w", encoding="ascii") as file:
                file.write(f"#!/bin/sh\nexec {words} {self._redirection(fleet, child)}\n")
            os.chmod(path, 0o755)
        return services

    def _redirection(self, fleet, child):
        errors = shlex.quote(fleet.stderr_log(child)) if fleet.streams == 2 else "&1"
        return f">>{shlex.quote(fleet.stdout_log(child))} 2>{'>' if fleet.streams == 2 else ''}{errors}"

    def pids(self, main):
        return [pid for pid in machine.tree(main.pid) if machine.name_of(pid) != "bench_sleeper"]


class Runit(Tree):
    name = "runit"
    program = "runsvdir"
    lister = "sv"
    stopped_code = 111
    outlived = True  # runsvdir passes SIGTERM on and exits; each runsv ends its own child

    def command(self, fleet):
        return [self.program, "-P", self.write_services(fleet)]

    def list(self, fleet, timeout):
        services = self.services(fleet)
        words = [os.path.join(services, name) for name in os.listdir(services)]
        return list_by_command([self.lister, "status", *words], rb"(?m)^run: ", timeout)

    def stop(self, main):
        main.send_signal(signal.SIGHUP)


class S6(Tree):
    name = "s6"
    program = "s6-svscan"
    lister = "s6-svstat"

    def command(self, fleet):
        # -c: how many services it may have; 500 by default.
        return [self.program, "-c", str(fleet.children + 10), self.write_services(fleet)]

    def list(self, fleet, timeout):
        # s6-svstat takes one directory.
        script = f'for each in "$1"/*; do {self.lister} "$each"; done'
        words = ["/bin/sh", "-c", script, "sh", self.services(fleet)]
        return list_by_command(words, rb"(?m)^up ", timeout)

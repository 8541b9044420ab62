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
    services_of_one = None  # how many services one scanner takes; None: all

    def missing(self):
        return "" if shutil.which(self.program) else f"{self.program} not found"

    def descriptors(self, children, streams):
        return 200

    def processes(self, children):
        return 2 * children + 10

    def directories(self, fleet):
        """Those with the services, one for each scanner."""
        most = self.services_of_one or fleet.children
        return [os.path.join(fleet.directory, f"services{n}") for n in range(-(-fleet.children // most))]

    def services(self, fleet):
        """The directories of all services, by number."""
        scanned = self.directories(fleet)
        return [os.path.join(scanned[n % len(scanned)], f"c{n}") for n in range(fleet.children)]

    def write_services(self, fleet):
        """The scripts; returns the directories to be scanned."""
        for child, directory in enumerate(self.services(fleet)):
            os.makedirs(directory)
            path = os.path.join(directory, "run")
            words = shlex.join([fleet.sleeper, fleet.stamps, str(child)])
            with open(path, "w", encoding="ascii") as file:
                file.write(f"#!/bin/sh\nexec {words} {self._redirection(fleet, child)}\n")
            os.chmod(path, 0o755)
        return self.directories(fleet)

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
    services_of_one = 1000  # a limit compiled into runsvdir

    def command(self, fleet):
        scanned = self.write_services(fleet)
        if len(scanned) == 1:
            return [self.program, "-P", *scanned]
        script = f"""for each; do {self.program} -P "$each" & all="$all $!"; done
            trap 'kill -HUP $all' HUP; wait $all; wait $all; exit {self.stopped_code}"""
        return ["/bin/sh", "-c", script, "sh", *scanned]

    def list(self, fleet, timeout):
        words = [self.lister, "status", *self.services(fleet)]
        return list_by_command(words, rb"(?m)^run: ", timeout)

    def stop(self, main):
        main.send_signal(signal.SIGHUP)


class S6(Tree):
    name = "s6"
    program = "s6-svscan"
    lister = "s6-svstat"

    def command(self, fleet):
        # -c: how many services it may have; 500 by default.
        return [self.program, "-c", str(fleet.children + 10), *self.write_services(fleet)]

    def list(self, fleet, timeout):
        # s6-svstat takes one directory.
        script = f'for each in "$1"/*; do {self.lister} "$each"; done'
        words = ["/bin/sh", "-c", script, "sh", *self.directories(fleet)]
        return list_by_command(words, rb"(?m)^up ", timeout)

"""Ringmaster and Supervisor: whatever reads a supervisord.conf."""

import os
import re
import shutil
import subprocess
import time

from harness import revision
from harness.peers.peer import Listing, Peer
from harness.rpc import call

LIST_CALL = (
    b"<?xml version='1.0'?><methodCall>"
    b"<methodName>supervisor.getAllProcessInfo</methodName><params/></methodCall>"
)
RUNNING = re.compile(
    rb"<name>\s*state\s*</name>\s*<value>\s*<(?:int|i4)>\s*20\s*</(?:int|i4)>\s*</value>"
)


class SupervisorLike(Peer):
    """Whatever reads a supervisord.conf and answers Supervisor's XML-RPC."""

    can_list = True
    rotates = True

    def __init__(self, name, program, descriptors_per_child, extra=""):
        self.name = name
        self._program = program
        self._descriptors_per_child = descriptors_per_child  # besides those of its streams
        self._extra = extra

    def missing(self):
        return "" if shutil.which(self._program) else f"{os.path.basename(self._program)} not found"

    def descriptors(self, children, streams):
        # A pipe and a log for each stream.
        return children * (self._descriptors_per_child + 2 * streams) + 200

    def command(self, fleet):
        path = os.path.join(fleet.directory, "supervisord.conf")
        with open(path, "w", encoding="ascii") as file:
            file.write(self._head(fleet))
            for child in range(fleet.children):
                file.write(self._section(fleet, child))
            if fleet.one_group:
                names = ",".join(f"c{child}" for child in range(fleet.children))
                file.write(f"\n[group:fleet]\nprograms={names}\n")
        return [self._program, "-n", "-c", path]

    def _socket(self, fleet):
        return os.path.join(fleet.directory, "s.sock")

    def _head(self, fleet):
        # minfds stays at its default: Supervisor closes that many descriptors, one call each, in
        # every child. The limit was raised for all peers alike before they were started.
        return f"""[supervisord]
logfile={fleet.directory}/main.log
pidfile={fleet.directory}/main.pid
childlogdir={fleet.directory}
{self._extra}
[unix_http_server]
file={self._socket(fleet)}

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""

    def _section(self, fleet, child):
        if fleet.streams == 2:
            error_log = f"stderr_logfile={fleet.stderr_log(child)}"
        else:
            error_log = "redirect_stderr=true"
        return f"""
[program:c{child}]
command={fleet.sleeper} {fleet.stamps} {child}
startsecs=0
autorestart=true
stdout_logfile={fleet.stdout_log(child)}
{error_log}
{self._rotation(fleet)}"""

    def _rotation(self, fleet):
        if fleet.rotation is None:
            return ""
        rotation = fleet.rotation
        return f"stdout_logfile_maxbytes={rotation.at}\nstdout_logfile_backups={rotation.backups}\n"

    def list(self, fleet, timeout):
        began_ns = time.monotonic_ns()
        body = call(self._socket(fleet), LIST_CALL, timeout)
        ended_ns = time.monotonic_ns()  # counting is not the peer's work
        return Listing(len(RUNNING.findall(body)), began_ns, ended_ns)


class Supervisor(SupervisorLike):
    """Debian's supervisord."""

    product = "Supervisor"
    slow = True

    def __init__(self):
        super().__init__("Supervisor", "/usr/bin/supervisord", 1)  # the pipe to stdin

    def version(self):
        words = [self._program, "--version"]
        return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()


class Ringmaster(SupervisorLike):
    """Our own, with one of its engines."""

    product = "ringmasterd"

    def __init__(self, program, engine, words, extra=""):
        # The pipe to stdin and the pidfd.
        super().__init__(f"ringmasterd, {words}", program, 2, f"io_engine={engine}\n{extra}")

    def version(self):
        """The revision of the tree; --version names the release of Supervisor it stands in for."""
        return revision.described()
